"""Only what differs: every difference and nothing else, in the order of an experiment; a colour that stays."""

from __future__ import annotations

import json

from cnn_core import actions
from cnn_core.base.files import sealed, unseal
from cnn_core.runs.comparing import color_of, differing, settings_of
from cnn_core.runs.run import RunFolder
from tests.runs.conftest import copied, flip


def other(run, **changes):
    """A second run, whose settings are changed by their path: `train__lr=0.1`."""
    second = copied(run.folder, run.root, f"{run.id[:-4]}0000")
    record = unseal(second.folder / "experiment.json")
    for path, value in changes.items():
        *parts, last = path.split("__")
        place = record
        for part in parts:
            place = place[part]
        place[last] = value
    (second.folder / "experiment.json").write_bytes(sealed(record))
    return second


def found(*runs):
    return [(one.key, one.title, one.values) for one in differing([settings_of(run) for run in runs])]


def test_runs_with_the_same_settings_differ_in_nothing(run):
    assert found(run, other(run)) == []


def test_what_differs_is_said_with_its_words_and_both_values(run):
    second = other(run, train__lr=0.5, model__options__width=16, data__options__split_seed=7)
    lr = run.experiment().train.lr
    assert found(run, second) == [
        ("data.split_seed", "data split seed", (0, 7)),
        ("model.width", "network width", (8, 16)),
        ("train.lr", "learning rate", (lr, 0.5)),
    ]


def test_every_single_setting_of_an_experiment_is_compared(run):
    """Each leaf of the stored settings is changed in turn; each is found, under one key of its own."""
    stored = unseal(run.folder / "experiment.json")

    def leaves(place, path=()):
        if isinstance(place, dict):
            for key, value in place.items():
                yield from leaves(value, (*path, key))
        elif isinstance(place, list):
            for number, value in enumerate(place):
                yield from leaves(value, (*path, number))
        else:
            yield path

    seen = set()
    for path in leaves(stored):
        if path[0] in ("schema_version", "task") or path[-1] == "name":
            continue
        changed = json.loads(json.dumps(stored))
        place = changed
        for part in path[:-1]:
            place = place[part]
        limited = {"device": "cuda", "precision": "float32", "l1": 0.5, "mixup": 0.5}
        place[path[-1]] = limited.get(path[-1], "other" if "options" in path else 3)
        second = RunFolder(run.root / "other")
        second.folder.mkdir(exist_ok=True)
        (second.folder / "experiment.json").write_bytes(sealed(changed))
        keys = [one.key for one in differing([settings_of(run), settings_of(second)]) if "environment" not in one.key]
        if place[path[-1]] != 3 or keys:  # else it was 3 before
            assert len(keys) == 1, path
            seen.add(keys[0])
    assert len(seen) >= 20


def test_what_only_one_has_is_unknown_to_the_other_and_stands_where_it_belongs(run):
    flips = [{"name": "flip", "options": {"chance": 0.5}}]
    keys = [(one[0], one[2]) for one in found(run, other(run, augmentation=flips, train__seed=1))]
    assert keys == [("augmentation", ([], ["flip"])), ("augmentation.flip.chance", (None, 0.5)), ("train.seed", (0, 1))]


def test_three_runs_are_compared_at_once(run):
    second = other(run, train__seed=1)
    third = copied(run.folder, run.root, f"{run.id[:-4]}1111")
    assert found(run, second, third) == [("train.seed", "seed", (0, 1, 0))]


def test_code_and_machine_are_said_where_they_differ(run):
    second = other(run)
    means = unseal(second.folder / "environment.json")
    packages = {**means["packages"], "torch": "0.4.1"}
    changed = {**means, "revision": "f" * 40, "device": "cuda", "packages": packages}
    (second.folder / "environment.json").write_bytes(sealed(changed))
    assert [(key, values[1]) for key, _, values in found(run, second)] == [
        ("environment.device", "cuda"),
        ("environment.revision", "f" * 40),
        ("environment.torch", "0.4.1"),
    ]


def test_how_a_run_was_computed_that_has_not_begun_is_no_difference(run):
    second = other(run)
    (second.folder / "environment.json").unlink()
    assert found(run, second) == []


def test_damaged_settings_are_a_line_that_says_so(run):
    second = other(run)
    flip(second.folder / "experiment.json", 20)
    (line,) = [one for one in found(run, second) if one[0] == "experiment"]
    assert line[1] == "settings"
    assert "damaged" in line[2][1]


def test_a_network_from_elsewhere_is_compared_by_its_weights():
    from cnn_core.experiment import Choice, Origin, Pretrained
    from cnn_core.runs.comparing import _flat

    origin = Origin(
        weights="W", url="u", input_shape=(3, 8, 8), mean=(0.5,), std=(0.5,), classes=tuple(map(str, range(1000)))
    )
    flat = dict(_flat(Pretrained(origin=origin, preprocessing=(), model=Choice(name="torchvision"))))
    assert flat["data"] == ("data", "ImageNet")
    assert flat["origin.weights"] == ("weights", "W")
    assert not any("classes" in key for key in flat)


# ------------------------------------------------------------ colours


def test_ten_runs_in_a_row_have_ten_colours():
    assert sorted(color_of({"number": number, "run": "x"}) for number in range(4, 14)) == list(range(10))


def test_a_run_keeps_its_colour_whoever_stands_beside_it(run):
    second = other(run)
    third = copied(run.folder, run.root, f"{run.id[:-4]}1111")
    second.update(number=5)
    third.update(number=9)

    def colour(*several):
        return {one["run"]: one["color"] for one in actions.compare([some.id for some in several])["runs"]}

    both = colour(run, second)
    assert both == {run.id: 0, second.id: 4}
    assert colour(second, run) == both
    assert colour(third, second)[second.id] == 4


def test_runs_of_an_early_version_go_by_their_id():
    colors = {color_of({"number": 0, "run": f"20261125-101010-digits-{number:04x}"}) for number in range(50)}
    assert len(colors) == 10
    one = {"number": 0, "run": "20261125-101010-digits-0001"}
    assert color_of(one) == color_of(dict(one))
