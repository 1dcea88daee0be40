"""Train: choose data, network and how to learn; see at once what that means; start."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from cnn_core import actions
from cnn_core.augmentation.entries import SHELF as AUGMENTATIONS
from cnn_core.base.errors import UserError
from cnn_core.base.options import option_fields
from cnn_core.base.shelf import Shelf
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.experiment import TASKS, TRAIN_SHELVES, Experiment, TrainSettings
from cnn_core.experiment.advice import advice
from cnn_core.preprocessing.steps import ORDER as STEP_ORDER
from cnn_core.preprocessing.steps import SHELF as STEPS
from pages.parts import begin_view, cached, setup, shell, time_view, train_view
from pages.parts.form import NARROW, changed, complain, draw_form, draw_together, forget, form_values, mirror
from pages.parts.setup import PAGE, SETTINGS, Setup
from pages.parts.words import md

TWICE = 3.0  # seconds in which a second press on Start is the same press
TOP = (("epochs", "batch_size", "lr"), ("seed",))  # the numbers that are always in view


def main() -> None:
    row = shell.title_row("Train", picker=False)
    waiting = st.empty()
    with waiting, st.spinner("Loading the networks …"):
        setup.shelves()["model"].load(setup.chosen("model"))  # imports torch, once
        now = setup.current()
        now, plan = _planned(now)
    waiting.empty()
    lacking = actions.missing(now.experiment.data) if now.experiment else ""
    with row:
        begin_view.menu(now)
        _other_settings(now)
        _start_button(now, lacking)
    left, right = st.columns([11, 9], gap="large")
    with left:
        _what(now, lacking)
        _how(now)
        _pictures(now)
        _details(now)
        _advice(now)
    with right:
        st.subheader("What you will get", anchor=False)
        train_view.draw_plan(plan, now.experiment, shell.theme(), bool(lacking))


def _planned(now: Setup) -> tuple[Setup, actions.Plan | None]:
    """The plan, or the setup with the sentence why there is none."""
    if now.experiment is None:
        return now, None
    try:
        return now, train_view.plan(now.experiment.model_dump_json(), now.experiment)
    except UserError as error:
        return Setup(None, dict([setup.locate(str(error))]), now.defaults), None


def _other_settings(now: Setup) -> None:
    """Back to what is usual, or on to what another run had."""
    if changed(PAGE):
        st.button(
            "Reset",
            key="train.reset",
            type="tertiary",
            icon=":material/restart_alt:",
            on_click=forget,
            args=(PAGE,),
            help="Every setting goes back to what suits the first data set.",
        )
    run = shell.run_id()
    record = shell.record(run) if run else None
    if run is None or record is None:
        return
    try:
        wanted = cached.experiment(run)
    except UserError:
        return
    if isinstance(wanted, Experiment) and wanted != now.experiment:
        st.button(
            f"Copy {md(shell.run_label(record))}",
            key="train.use",
            type="tertiary",
            icon=":material/content_copy:",
            on_click=setup.use,
            args=(wanted,),
            help="Fills the form with the settings of the run that you last looked at.",
        )


def _start_button(now: Setup, lacking: str) -> None:
    pressed = st.button(
        "Start training",
        key="train.start",
        type="primary",
        icon=":material/play_arrow:",
        disabled=now.experiment is None or bool(lacking),
        help=md(now.reason or lacking) or None,
    )
    if pressed and now.experiment:
        _start(now.experiment)


def _start(experiment: Experiment) -> None:
    """Start and go to Watch; a double click starts once."""
    last = st.session_state.get("train.started")
    key = experiment.model_dump_json()
    if last and last["key"] == key and time.monotonic() - last["at"] < TWICE:
        shell.go("watch", last["run"])
    run = shell.attempt(lambda: actions.start(experiment, estimated=time_view.estimated(experiment)))
    if run is None:
        st.rerun()
    st.session_state["train.started"] = {"key": key, "at": time.monotonic(), "run": run}
    shell.go("watch", run)


def _what(now: Setup, lacking: str) -> None:
    st.subheader("What to learn", anchor=False)
    st.segmented_control(
        "Task",
        list(TASKS),
        format_func=lambda name: TASKS[name].title,
        required=True,
        label_visibility="collapsed",
        **mirror(f"{PAGE}.task", setup.task()),
    )
    st.caption(TASKS[setup.task()].about)
    with st.grid(2, min_column_width=140):
        _choose("data", "Data set", DATASETS, now)
        _choose("model", "Network", setup.shelves()["model"], now)
    if lacking:
        st.info(f"**Not on this computer yet.** {md(lacking)}", icon=":material/download:")
        if st.button("Download it", key="train.download", icon=":material/download:"):
            shell.go("data", data=setup.chosen("data"))


def _choose(section: str, label: str, shelf: Shelf[Any], now: Setup) -> None:
    """A select box for an entry, with what it is as its help."""
    name = setup.chosen(section)
    sentence, more = shelf.card(name)
    key = f"{PAGE}.{section}"
    with st.container(gap="xsmall"):
        st.selectbox(label, setup.names(section), help=f"{sentence}\n\n{more}", **mirror(key, name))
        complain(now.problems.get(key, ""))


def _how(now: Setup) -> None:
    st.subheader("How", anchor=False)
    problems = now.problems_of(SETTINGS)
    draw_form(PAGE, SETTINGS, TrainSettings, defaults=now.defaults, problems=problems, only=TOP[0], narrow=True)
    with st.grid(3, min_column_width=NARROW):
        _choose("optimizer", "Optimizer", setup.shelves()["optimizer"], now)
        _choose("schedule", "Schedule", setup.shelves()["schedule"], now)
        draw_form(PAGE, SETTINGS, TrainSettings, defaults=now.defaults, problems=problems, only=TOP[1], columns=1)


def _pictures(now: Setup) -> None:
    shown = setup.pictures()
    label = train_view.pictures_label(shown, setup.values("scale", STEPS)["to"])
    with _expander("pictures", label, "image", now, STEP_ORDER, expanded=True):
        if shown:
            train_view.draw_preview(shown, now.seed)
        steps = {name: STEPS.load(name).options for name in STEP_ORDER}
        problems, usual = ({name: of(name) for name in steps} for of in (now.problems_of, setup.usual))
        draw_together(PAGE, steps, problems, usual)


def _details(now: Setup) -> None:
    _entry_expander("network", "Network", "layers", "model", setup.shelves()["model"], now)
    _augmentation(now)
    _learning(now)
    data = setup.chosen("data")
    with _expander("dataset", train_view.data_label(data), "photo_library", now, (data,)):
        draw_form(PAGE, data, DATASETS.load(data).options, problems=now.problems_of(data))
    rest = [name for name in TrainSettings.model_fields if name not in (*TOP[0], *TOP[1], *TRAIN_SHELVES)]
    values = form_values(PAGE, SETTINGS, TrainSettings, now.defaults)
    wrong = {name: text for name, text in now.problems_of(SETTINGS).items() if name in rest}
    with _expander("stopping", train_view.stopping_label(values), "memory", now, (), broken=bool(wrong)):
        draw_form(PAGE, SETTINGS, TrainSettings, defaults=now.defaults, problems=wrong, only=rest)


def _advice(now: Setup) -> None:
    """What is allowed but seldom wise."""
    for sentence in advice(now.experiment) if now.experiment else ():
        st.info(md(sentence), icon=":material/lightbulb:")


def _learning(now: Setup) -> None:
    """Loss and sampler, and the options of all that decides a step."""
    shelves = {section: setup.shelves()[section] for section in TRAIN_SHELVES}
    names = {section: setup.chosen(section) for section in TRAIN_SHELVES}
    said = [train_view.entry_words(name, shelves[section]) for section, name in names.items()]
    with _expander("learning", f"Learning · {' · '.join(said)}", "trending_down", now, names.values()):
        with st.grid(2, min_column_width=130):
            _choose("loss", "Loss", shelves["loss"], now)
            _choose("sampler", "Sampler", shelves["sampler"], now)
        with st.grid(3, min_column_width=130, gap="medium"):
            for section, name in names.items():
                shelf = shelves[section]
                if not option_fields(shelf.load(name).options):
                    continue
                with st.container():
                    st.markdown(f"**{shelf.singular.capitalize()}** {name}")
                    options, usual = shelf.load(name).options, setup.usual(name)
                    draw_form(PAGE, name, options, defaults=usual, problems=now.problems_of(name), columns=1)


def _entry_expander(key: str, title: str, icon: str, section: str, shelf: Shelf[Any], now: Setup) -> None:
    name = setup.chosen(section)
    options = shelf.load(name).options
    with _expander(key, f"{title} · {train_view.entry_words(name, shelf)}", icon, now, (name,)):
        draw_form(PAGE, name, options, problems=now.problems_of(name))


def _augmentation(now: Setup) -> None:
    names = setup.augmentations()
    said = ", ".join(train_view.entry_words(name, AUGMENTATIONS) for name in names) or "none"
    label = f"Augmentation · {said}"
    with _expander("augment", label, "flip", now, names, broken=f"{PAGE}.augmentation" in now.problems):
        st.pills(
            "Change the pictures a little in every epoch",
            AUGMENTATIONS.names(),
            selection_mode="multi",
            help="\n\n".join(f"**{name}**: {AUGMENTATIONS.card(name)[0]}" for name in AUGMENTATIONS.names()),
            **mirror(f"{PAGE}.augmentation", []),
        )
        complain(now.problems.get(f"{PAGE}.augmentation", ""))
        for name in names:
            draw_form(PAGE, name, AUGMENTATIONS.load(name).options, problems=now.problems_of(name))


def _expander(
    key: str, label: str, icon: str, now: Setup, names: Any, *, expanded: bool = False, broken: bool = False
) -> Any:
    """An expander whose icon says when something in it is wrong."""
    broken = broken or any(now.problems_of(name) for name in names)
    icon = "error" if broken else icon
    return st.expander(label, expanded=expanded, key=f"{PAGE}.open.{key}", icon=f":material/{icon}:")


shell.require_app()
main()
