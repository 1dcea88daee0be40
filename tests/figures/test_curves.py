"""Live curves from plain rows: what is drawn is in the data, and the frame stands still while the line grows."""

from __future__ import annotations

import time

import pytest
from altair import Chart

from cnn_core.figures import curves
from cnn_core.figures.style import palette


def rows(count: int, per_epoch: int = 1) -> list[dict]:
    """An accuracy that rises from 20 % and a loss that falls from 2.3, as a journal tells them."""
    return [
        {
            "epoch": (i + 1) / per_epoch,
            "val_accuracy": 1 - 0.8 / (i + 1),
            "train_accuracy": 1 - 0.9 / (i + 1),
            "val_loss": 2.3 / (i + 1),
            "train_loss": 2.4 / (i + 1),
        }
        for i in range(count)
    ]


def domain(curve: curves.Curve, axis: str) -> list[float]:
    return curve.spec["layer"][0]["encoding"][axis]["scale"]["domain"]


def series(curve: curves.Curve, name: str):
    return curve.data[curve.data["series"] == name]


def test_each_row_is_one_point_in_per_cent_on_each_line():
    curve = curves.accuracy_curve(rows(3), 12, "light")
    assert series(curve, "validation")["x"].tolist() == [1, 2, 3]
    assert series(curve, "validation")["value"].tolist() == pytest.approx([20, 60, 100 - 80 / 3])
    assert series(curve, "training")["value"].tolist() == pytest.approx([10, 55, 70])


def test_the_frame_is_that_of_all_planned_epochs_from_the_first_look_on():
    specs = [curves.accuracy_curve(rows(count), 12, "light").spec for count in (0, 1, 5, 12)]
    assert all(spec == specs[0] for spec in specs)
    assert domain(curves.accuracy_curve([], 12, "light"), "x") == [0, 12]
    assert domain(curves.accuracy_curve([], 12, "light"), "y") == [0, 100]


def test_a_line_that_begins_high_gets_a_frame_in_which_it_can_be_read():
    high = [{"epoch": 1, "val_accuracy": 0.962, "train_accuracy": 0.971}]
    assert domain(curves.accuracy_curve(high, 5, "light"), "y") == [95, 100]


def test_the_loss_begins_at_zero_and_ends_at_a_round_number_above_all():
    assert domain(curves.loss_curve(rows(4), 4, "light"), "y") == [0, 3]
    tiny = [{"epoch": 1, "val_loss": 0.011, "train_loss": 0.007}]
    curve = curves.loss_curve(tiny, 4, "light")
    assert domain(curve, "y")[1] == pytest.approx(0.015)
    assert curve.spec["layer"][0]["encoding"]["y"]["axis"]["format"] == ".3f"  # else its ticks all read 0.01


def test_what_is_missing_or_not_finite_is_left_out():
    found = [
        {"epoch": 1, "val_loss": None, "train_loss": 2.0},
        {"epoch": 2, "val_loss": float("inf"), "train_loss": float("nan")},
        {"epoch": 3, "val_loss": 1.0, "train_loss": 1.5},
    ]
    curve = curves.loss_curve(found, 3, "light")
    assert series(curve, "validation")["x"].tolist() == [3]
    assert series(curve, "training")["x"].tolist() == [1, 3]


def test_the_last_point_of_each_line_is_marked_and_the_best_epoch_is_ringed_once():
    curve = curves.accuracy_curve(rows(8, per_epoch=2), 4, "light", best=3)
    marked = curve.data[curve.data["mark"].str.contains("last")]
    assert sorted(marked["series"]) == ["training", "validation"]
    assert marked["x"].tolist() == [4, 4]
    ringed = curve.data[curve.data["mark"].str.contains("best")]
    assert ringed[["x", "series", "label"]].values.tolist() == [[3, "validation", "best, epoch 3"]]


def test_no_ring_without_a_best_epoch():
    assert not curves.accuracy_curve(rows(4), 4, "light").data["mark"].str.contains("best").any()


def test_only_the_last_epochs_are_shown_when_asked():
    curve = curves.accuracy_curve(rows(40), 100, "light", last=10)
    assert domain(curve, "x") == [30, 40]
    assert series(curve, "validation")["x"].min() == 30
    early = curves.accuracy_curve(rows(4), 100, "light", last=10)
    assert domain(early, "x") == [0, 100]


def test_thousands_of_epochs_are_thinned_but_first_last_and_best_stay():
    curve = curves.loss_curve(rows(9_999), 9_999, "light", best=5_001)
    drawn = series(curve, "validation")["x"].tolist()
    assert len(drawn) <= curves.POINTS + 2
    assert {1.0, 5_001.0, 9_999.0} <= set(drawn)


def test_each_theme_has_its_own_colours():
    light, dark = (curves.accuracy_curve(rows(2), 4, theme).spec for theme in ("light", "dark"))
    assert palette("light").ours in str(light)
    assert palette("dark").ours in str(dark)
    assert palette("dark").ours not in str(light)


def test_a_diverged_loss_goes_up_to_a_cross_on_a_log_scale():
    losses = [{"step": 1, "loss": 2.3}, {"step": 2, "loss": 3e8}, {"step": 3, "loss": 2e30}, {"step": 4, "loss": None}]
    curve = curves.loss_by_step(losses, 4, "light")
    assert curve.data[["x", "value", "mark"]].values.tolist() == [[1, 2.3, ""], [2, 3e8, ""], [3, 2e30, "last"]]
    line, cross, words = curve.spec["layer"]
    assert line["encoding"]["y"]["scale"]["type"] == "log"
    assert cross["mark"]["shape"] == "cross"
    assert words["encoding"]["text"]["value"] == "then infinite"
    assert line["encoding"]["x"]["scale"]["domain"] == [1, 4]


def test_a_single_finite_loss_is_drawn_too():
    curve = curves.loss_by_step([{"step": 1, "loss": 2.3}], 2, "dark")
    assert curve.data["mark"].tolist() == ["last"]


def test_the_frames_are_specifications_that_altair_accepts():
    for curve in (
        curves.accuracy_curve(rows(3), 12, "light", best=2),
        curves.loss_curve(rows(3), 12, "dark", best=2),
        curves.loss_by_step([{"step": 1, "loss": 2.3}], 2, "light"),
    ):
        Chart.from_dict({**curve.spec, "data": {"name": "rows"}})


def test_altair_is_asked_once_for_a_frame_and_not_at_each_tick(monkeypatch):
    curves.accuracy_curve(rows(3), 7, "light")
    asked = []
    monkeypatch.setattr(curves.alt, "Chart", lambda *_: asked.append(time.monotonic()))
    curves.accuracy_curve(rows(4), 7, "light")
    assert not asked
    with pytest.raises(AttributeError):  # another frame does ask, so the check can fail
        curves.accuracy_curve(rows(4), 8, "light")
    assert len(asked) == 1
