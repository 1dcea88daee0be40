"""What Home and Watch share of a run while it trains: where it is, its curves, its wall, how it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.figures import curves
from pages.parts import cached, shell
from pages.parts.gallery import Thumb, gallery
from pages.parts.now import place
from pages.parts.words import duration, lines, md, plain, plural, roughly, thing

if TYPE_CHECKING:
    from cnn_core.runs.live import Live

TICK = 1.0  # seconds between two looks at a run that trains
WALL = 240  # pictures sent for a wall of six lines: as many as the widest page shows


def where(now: Live) -> str:
    """`Epoch 5 of 20 · about 12 s left`."""
    record = now.record
    if record["stopping"]:
        return "It saves where it is; what has not stopped within five seconds is ended."
    if record["status"] == "queued":
        return place(record)
    if not record["step"]:
        return "Getting ready …"
    epoch = min(record["epochs"] + 1, record["epochs_planned"])
    left = f" · about {roughly(now.seconds_left)} left" if now.seconds_left is not None else ""
    return f"Epoch {epoch:,} of {record['epochs_planned']:,}{left}"


def so_far(record: dict[str, Any]) -> str:
    """How far a run that has ended came: `5 of 20 epochs in 16 s`, `20 epochs in 16 s`."""
    ended, planned = record["epochs"], record["epochs_planned"]
    if not ended and not planned:
        return "Made of another run, and not trained since"
    if not ended:
        return f"No epoch of {planned:,} has ended"
    count = plural(ended, "epoch") if ended == planned else f"{ended:,} of {plural(planned, 'epoch')}"
    return f"{count} in {duration(record['seconds'])}"


def accuracy(now: Live, key: str, *, ring: bool = False, last: int = 0, height: int = 250) -> None:
    """The accuracy curve in its frame of all planned epochs."""
    record = now.record
    curve = curves.accuracy_curve(
        now.rows, record["epochs_planned"], shell.theme(), best=_best(record, ring), last=last, height=height
    )
    draw(curve, key, _spoken("Accuracy", now, "val_accuracy"))


def loss(now: Live, key: str, *, last: int = 0, height: int = 250) -> None:
    """The loss curve in its frame of all planned epochs."""
    curve = curves.loss_curve(now.rows, now.record["epochs_planned"], shell.theme(), last=last, height=height)
    draw(curve, key, _spoken("Loss", now, "val_loss"))


def draw(curve: curves.Curve, key: str, alt: str) -> None:
    """A curve of ours; `alt` says in words what it shows."""
    st.vega_lite_chart(curve.data, curve.spec, key=key, alt=alt)


def _best(record: dict[str, Any], ring: bool) -> int | None:
    return record["best_epoch"] if ring else None


def _spoken(what: str, now: Live, field: str) -> str:
    """The chart in words. The same words while the run trains: with others the browser would draw it anew each time."""
    rows = [row for row in now.rows if row[field] is not None]
    if now.record["status"] in shell.LIVE or not rows:
        return f"{what} over epochs, on the training and the validation {thing(now.record['task'])}s."
    first, last = rows[0], rows[-1]
    return (
        f"{what} on the validation {thing(now.record['task'])}s: {first[field]:.3f} at epoch {first['epoch']:.4g}, "
        f"{last[field]:.3f} at epoch {last['epoch']:.4g}."
    )


def wall(now: Live, key: str, *, whole: bool = False, size: int = 34) -> None:
    """The wall of validation pictures: right ones faded, wrong ones bright. `whole` shows all lines of a small set."""
    run = now.record["run"]
    try:
        total = cached.validation_pictures(run)
        sheet, targets = cached.picture_sheet(run, "val", tuple(range(min(total, WALL))), most=40)
        names, truths = cached.classes(run), cached.truths(run)
    except UserError as error:  # the data is gone, or the settings are damaged: the rest of the page still stands
        st.caption(md(str(error)))
        return
    wrong = {i: said for i, said in (now.wall["wrong"] if now.wall else {}).items() if said < len(names)}
    called = thing(now.record["task"])
    heading = f"Still wrong: {len(wrong):,} of {total:,}" if now.wall else f"Not tried yet: {total:,} {called}s"
    st.subheader(heading, anchor=False)
    thumbs = [_brick(truths[target], names, wrong.get(index)) for index, target in enumerate(targets)]
    label = f"{heading}. The validation {called}s in faded squares, those it gets wrong bright."
    gallery(key, sheet, thumbs, label=label, form="wall", size=size, pick=False, cut=not whole, dark=shell.dark())
    which = f"{called.capitalize()}s" if len(targets) == total else f"Some of the {called}s"
    wrong_is = " (less than half of the figure is found)" if now.record["task"] == "segmentation" else ""
    rest = f" Bright, with an orange frame: still wrong{wrong_is}." if now.wall else ""
    st.caption(f"{which} it never trains on.{rest}")


def _brick(truth: str, names: tuple[str, ...], said: int | None) -> Thumb:
    if said is None:
        return Thumb(plain(truth, 60))
    return Thumb(f"{plain(truth, 60)}, it says {plain(names[said], 60)}", wrong=True)


def diverged(now: Live, key: str) -> None:
    """The loss of a run that diverged, up to a cross; nothing where no finite loss was seen."""
    seen = [row for row in now.losses if row["loss"] is not None and row["loss"] > 0]
    seen.sort(key=lambda row: row["step"])
    if not seen:
        return
    st.subheader("Training loss until it stopped", anchor=False)
    curve = curves.loss_by_step(seen, seen[-1]["step"] + 1, shell.theme())
    first, last = seen[0], seen[-1]
    words = f"{first['loss']:.3g} at step {first['step']}, {last['loss']:.3g} at step {last['step']}, then infinite."
    draw(curve, key, f"Training loss by step: {words}")


def log(now: Live, *, expanded: bool = False, most: int = 12) -> None:
    """The last lines of the log."""
    with st.expander("Log", icon=":material/notes:", type="compact", expanded=expanded, key=f"log.{now.record['run']}"):
        st.code(lines(now.log, most) or "Nothing yet.", language=None, wrap_lines=True)


def stop_button(record: dict[str, Any], key: str) -> None:
    """*Stop*, outlined; once anybody has asked it says so until the process has ended."""
    asked = record["stopping"]
    if st.button("Stopping …" if asked else "Stop", icon=":material/stop:", key=key, disabled=asked):
        shell.attempt(actions.ask_stop, record["run"])
        st.rerun()


def resume_button(record: dict[str, Any], key: str) -> None:
    """*Resume*, primary: trains on from the last checkpoint."""
    if st.button("Resume", type="primary", icon=":material/play_arrow:", key=key):
        shell.attempt(actions.resume_in_background, record["run"])
        st.rerun()
