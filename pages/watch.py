"""Watch a run train: curves, the wall, the log; stop it, resume it, go on to what it gets wrong."""

from __future__ import annotations

import streamlit as st

from cnn_core import actions
from cnn_core.runs.live import Live
from pages.parts import again, following, generation_view, shell, time_view, world
from pages.parts.now import is_waiting, keep_going
from pages.parts.words import md, number, percent, plural, thing

shell.require_app()
run = shell.run_id() or shell.newest(lambda one: one["status"] in shell.LIVE)
if run and run != shell.run_id():
    shell.look_at(run)
shell.title_row("Watch")
started = shell.record(run) if run else None

if run is None or started is None:
    with shell.empty(
        "visibility",
        "Nothing is training",
        "Start a run and follow it here, live. You can close this page meanwhile; training goes on.",
    ):
        if st.button("Set up a run", type="primary", icon=":material/play_arrow:", key="watch.new"):
            shell.go("train")
        if shell.all_runs():
            st.page_link("pages/runs.py", label="Or look at a finished run", icon=":material/table_rows:")
    st.stop()

paused = bool(st.session_state.get("watch.paused"))
running = started["status"] in shell.LIVE

STOPPING = ("Stopping", "stop", "orange")
BADGES = {
    "queued": ("Queued", "schedule", "gray"),
    "running": ("Training", "sync", "primary"),
    "stopped": ("Stopped", "pause", "orange"),
    "done": ("Done", "check", "green"),
    "failed": ("Failed", "close", "red"),
}


def status_line(now: Live) -> None:
    """Badge, where it is, and what can be done about it now."""
    record = now.record
    word, icon, colour = STOPPING if record["stopping"] else BADGES[record["status"]]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(word, icon=f":material/{icon}:", color=colour)
        st.markdown(where(now), width="content")
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):  # wraps as one
            controls = live_controls if running else ended_controls
            controls(record)
    if running:
        st.progress(now.progress)


def where(now: Live) -> str:
    """Where it is, or how far it came."""
    if now.record["origin"] and now.record["status"] != "queued" and not now.record["stopping"]:
        return world.fetched(now.record) if running else md(shell.run_label(now.record))
    return following.where(now) if running else following.so_far(now.record)


def ended_controls(record: shell.Record) -> None:
    done = record["status"] == "done"
    if done and record["epochs_planned"]:  # neither brought from elsewhere nor made of another run
        again.longer_button(record, "watch.longer")
    if (record["epochs"] or (done and not record["origin"])) and st.button(
        "Evaluate it", type="primary" if done else "secondary", icon=":material/grid_on:", key="watch.evaluate"
    ):
        shell.go("evaluate", run)
    if not done:
        following.resume_button(record, "watch.resume")


def live_controls(record: shell.Record) -> None:
    moves = record["status"] == "running" and not record["stopping"] and not record["origin"]
    if (paused or moves) and record["task"] != "generation":  # else there is no curve that moves
        st.segmented_control(
            "Epochs shown",
            ["All", "Last 10"],
            default="All",
            required=True,
            key="watch.range",
            label_visibility="collapsed",
        )
        st.toggle(
            "Pause view",
            key="watch.paused",
            help="Holds these curves still, so that you can zoom into them. Training goes on.",
        )
    following.stop_button(record, "watch.stop")


def metrics(now: Live) -> None:
    record, last = now.record, now.rows[-1] if now.rows else {}
    best = record["status"] == "done"
    accuracy = record["val_accuracy"] if best else last.get("val_accuracy")
    loss = record["val_loss"] if best else last.get("val_loss")
    which = f"At the best epoch, {record['best_epoch']}." if best else "At the last validation."
    with st.grid(4, min_column_width=140):
        pixels = record["task"] == "segmentation"
        if pixels:
            st.metric("Pixels right", percent(accuracy), help=f"{which} On pictures it does not train on.")
            st.metric(
                "Mean IoU", number(last.get("val_iou")), help="How far masks overlap the truth, lately; 1: fully."
            )
        else:
            on = f"On {thing(record['task'])}s it does not train on."
            st.metric("Validation accuracy", percent(accuracy), help=f"{which} {on}")
        st.metric("Validation loss", number(loss))
        st.metric("Best epoch", record["best_epoch"] or "–", help="The epoch with the lowest validation loss is kept.")
        if not pixels:  # four in all: a fifth one would stand alone
            pace = f"{thing(record['task']).capitalize()}s per second"
            st.metric(pace, number(now.images_per_second), help="While training, validation left out.")


def machine(now: Live) -> None:
    record = now.record
    facts = [f"Step {record['step']:,} of {record['steps']:,}"]
    if record["device"]:
        facts.append(md(", ".join(filter(None, (record["device"].upper(), record["precision"]))), 60))
    if record["threads"]:
        facts.append(plural(record["threads"], "thread"))
    if record["parameters"]:
        facts.append(f"{number(record['parameters'])} parameters")
    if pace := time_view.beside_the_truth(now):
        facts.append(pace)
    st.caption(" · ".join(facts))


def trouble(now: Live) -> None:
    """A run that failed: why, the way out, the loss up to the end, the last words."""
    record = now.record
    shell.problem(record["message"] or f"It failed ({record['reason'] or 'no reason known'}).")
    shell.caution(record["notice"])
    with st.container(horizontal=True):
        again.way_out(record, "watch.again")
        if record["epochs"] and st.button("Evaluate what it learned", icon=":material/grid_on:", key="watch.evaluate"):
            shell.go("evaluate", run)
    st.space("small")
    if record["reason"] == "diverged":
        following.diverged(now, f"watch.diverged.{run}")
    following.log(now, expanded=True)


def how_it_ended(record: shell.Record) -> None:
    """The sentence of a stop: quiet where somebody asked for it."""
    if record["status"] == "stopped" and record["message"]:
        if record["reason"] == "asked":
            st.caption(md(record["message"], 300))
        else:
            st.info(shell.sentences(record["message"]), icon=":material/info:")


@shell.ticking(following.TICK if running and not paused else None)
def view() -> None:
    now = actions.live(run)
    if running != (now.record["status"] in shell.LIVE) or paused != bool(st.session_state.get("watch.paused")):
        st.rerun()
    if now.record["status"] == "failed":
        trouble(now)
        return
    status_line(now)
    if is_waiting(now.record):
        keep_going()
    how_it_ended(now.record)
    shell.caution(now.record["notice"])
    if now.record["origin"]:
        world.draw(now)
        return
    machine(now)
    if now.record["task"] == "generation":
        generation_view.watched(now)
        return
    metrics(now)
    st.space("small")
    last = 10 if running and st.session_state.get("watch.range") == "Last 10" else 0
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Accuracy", anchor=False)
        following.accuracy(now, f"watch.accuracy.{run}", ring=True, last=last)
    with right:
        st.subheader("Loss", anchor=False)
        following.loss(now, f"watch.loss.{run}", last=last)
    following.wall(now, f"watch.wall.{run}")
    following.log(now)


view()
