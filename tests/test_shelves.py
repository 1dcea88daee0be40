"""The contract that every entry on every shelf keeps; a new file is tested without touching this one."""

from __future__ import annotations

import copy
import json
import math
import sys
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch
from PIL import Image
from pydantic import BaseModel, Field
from torch import nn

from cnn_core.base.errors import UnknownName, UserError
from cnn_core.base.options import KINDS, Facts, OptionField, Options, option_fields, parse_options
from cnn_core.base.settings import data_folder
from cnn_core.base.shelf import Shelf
from cnn_core.experiment.tasks import TASKS, task_of_model
from cnn_core.models import MODEL_SHELVES
from cnn_core.shelves import (
    AUGMENTATIONS,
    DATASETS,
    FILMS,
    LOSSES,
    METHODS,
    MODELS,
    OPTIMIZERS,
    SCHEDULES,
    SEGMENTERS,
    SHELVES,
    STEPS,
)
from tests.makers import hooks, tiny_classifier

ENTRIES = [pytest.param(shelf, name, id=f"{shelf.name}-{name}") for shelf in SHELVES for name in shelf.names()]
FACTS = Facts("digits", (3, 32, 32), classes=4, train_pictures=100, convolutions=2)


def named(shelf):
    return pytest.mark.parametrize("name", shelf.names())


def tiny(shelf, name):
    """An entry and its tiny options."""
    entry = shelf.load(name)
    return entry, parse_options(entry.options, entry.tiny, name)


def images(count=2, channels=3, seed=0):
    random = np.random.default_rng(seed)
    return torch.from_numpy(random.integers(0, 256, (count, 8, 9, channels), np.uint8))


# Every shelf


def faults(options: type[BaseModel]) -> list[str]:
    """What a form cannot show or a user cannot understand."""
    fields = {one.name: one for one in option_fields(options)}
    found = [f"{name} is of no kind that a form knows" for name in options.model_fields if name not in fields]
    for name, field in fields.items():
        numeric = field.kind in ("int", "float")
        checks = {
            "kind": field.kind in KINDS,
            "title": bool(field.title),
            "description": field.description.endswith("."),
            "default": not options.model_fields[name].is_required(),
            "bounds": not numeric or None not in (field.low, field.high),
            "log scale": field.scale != "log" or numeric,
        }
        found += [f"{name} lacks: {what}" for what, there in checks.items() if not there]
    return found


def beyond(field: OptionField) -> list[Any]:
    """Values just outside what a field allows."""
    if field.kind == "choice":
        return ["something else"]
    if field.kind not in ("int", "float"):
        return []
    found = []
    for bound, is_open, way in ((field.low, field.low_open, -1), (field.high, field.high_open, 1)):
        if bound is None:
            continue
        step = 1 if field.kind == "int" else max(1e-9, abs(bound) * 1e-6)
        found.append(bound if is_open else bound + way * step)
    return [*found, math.nan, math.inf] if field.kind == "float" else found


@pytest.mark.parametrize(("shelf", "name"), ENTRIES)
def test_an_entry_explains_itself(shelf, name):
    sentence, more = shelf.card(name)
    assert sentence.endswith((".", "!", "?"))
    assert len(sentence) <= 120
    assert more


@pytest.mark.parametrize(("shelf", "name"), ENTRIES)
def test_every_option_is_of_a_known_kind_with_title_description_default_and_bounds(shelf, name):
    assert faults(shelf.load(name).options) == []


@pytest.mark.parametrize(("shelf", "name"), ENTRIES)
def test_options_survive_json_and_the_shell(shelf, name):
    entry = shelf.load(name)
    assert issubclass(entry.options, Options)
    for options in (entry.options(), parse_options(entry.options, entry.tiny, name)):
        assert entry.options.model_validate_json(options.model_dump_json()) == options
        as_text = {
            key: ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            for key, value in options.model_dump().items()
        }
        assert parse_options(entry.options, as_text, name) == options


@pytest.mark.parametrize(("shelf", "name"), ENTRIES)
def test_a_value_beyond_a_bound_is_refused_in_a_sentence_that_names_the_field(shelf, name):
    options = shelf.load(name).options
    for field in option_fields(options):
        for value in beyond(field):
            with pytest.raises(UserError, match=rf'train\.{field.name} is ".*", but must be') as caught:
                parse_options(options, {field.name: value}, "train")
            assert field.allowed in str(caught.value)


@pytest.mark.parametrize(("shelf", "name"), ENTRIES)
def test_whether_an_entry_fits_is_said_in_one_sentence(shelf, name):
    entry, options = tiny(shelf, name)
    assert entry.unfit(options, FACTS) == ""
    for facts in (Facts(), Facts(convolutions=0), Facts(input_shape=(1, 1, 1), train_pictures=1)):
        said = entry.unfit(entry.options(), facts)
        assert "\n" not in said
        assert said == "" or said.endswith(".")


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.name)
def test_a_shelf_has_its_first_entries_and_answers_to_old_names(shelf):
    names = shelf.names()
    assert names[: len(shelf.first)] == list(shelf.first)
    assert len(set(names)) == len(names)
    assert set(shelf.first) == {name for name in shelf.first if shelf.load(name)}
    assert not set(shelf.renamed) & set(names)
    assert all(shelf.known(old) == new for old, new in shelf.renamed.items())


def astray(shelf: Shelf[Any]) -> list[str]:
    """What lies in a shelf's folder and is neither an entry nor shared code, and entries that stand there twice."""
    names, entries = shelf.names(), {}
    found = [path.name for path in sorted(shelf.folder.iterdir()) if not _belongs(path, names)]
    for name in names:
        other = entries.setdefault(id(shelf.load(name).build), name)
        if other != name:
            found.append(f"{name} builds what {other} builds")
    return found + sorted({f"{name} is named twice" for name in names if names.count(name) > 1})


def _belongs(path: Path, names: list[str]) -> bool:
    return path.name.startswith("_") or (path.suffix == ".py" and path.stem in names)


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.name)
def test_no_file_on_a_shelf_is_overlooked_and_no_entry_stands_there_twice(shelf):
    assert astray(shelf) == []


@pytest.fixture
def trial(tmp_path, monkeypatch):
    """A shelf in a folder of its own; gives a function that puts a file there and returns the shelf."""
    folder = tmp_path / "trial_shelf"
    folder.mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(Shelf, "folder", folder)

    def put(first=(), **sources):
        for name, source in {"__init__": "", "good": GOOD, **sources}.items():
            (folder / f"{name}.py").write_text(source)
        return Shelf("trials", "trial_shelf", "trial", first=first)

    yield put
    for name in [name for name in sys.modules if name.startswith("trial_shelf")]:
        del sys.modules[name]


GOOD = """
from cnn_core.base.options import Entry, Options
class GoodOptions(Options):
    pass
ENTRY = Entry(options=GoodOptions, build=print)
"""


def test_twin_a_good_entry_is_in_order(trial):
    assert astray(trial(_shared="x = 1")) == []


@pytest.mark.parametrize(
    ("name", "source", "says"),
    [
        ("Upper", GOOD, ["Upper.py"]),
        ("3d", GOOD, ["3d.py"]),
        ("copy_of_good", "from trial_shelf.good import ENTRY", ["good builds what copy_of_good builds"]),
    ],
)
def test_twin_a_file_that_would_be_overlooked_or_an_entry_that_is_there_twice_is_found(trial, name, source, says):
    assert astray(trial(**{name: source})) == says


def test_twin_a_name_that_is_first_twice_is_found(trial):
    assert astray(trial(first=("good", "good"))) == ["good is named twice"]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("ENTRY = (", SyntaxError),
        ("import no_such_package", ModuleNotFoundError),
        ("x = 1", AttributeError),
        ("raise RuntimeError('inside')", RuntimeError),
    ],
)
def test_twin_a_broken_entry_stays_in_the_list_and_fails_the_contract(trial, source, error):
    shelf = trial(broken=source)
    assert shelf.names() == ["broken", "good"]
    with pytest.raises(error):
        astray(shelf)


@pytest.mark.parametrize(("shelf", "name"), ENTRIES)
def test_a_misspelled_name_gets_the_nearest_one(shelf, name):
    with pytest.raises(UnknownName, match=rf'{shelf.singular} ".*" is not known; did you mean "{name}"'):
        shelf.load(f"{name}_")


def test_the_names_of_shelves_are_those_of_the_command_line():
    models, training = "models segmenters generators films", "optimizers schedules losses samplers adversarial_losses"
    names = f"datasets {models} {training} augmentations steps methods compressions labs calculators"
    assert [shelf.name for shelf in SHELVES] == names.split()


class Careless(Options):
    bare: float = 1.0
    unbounded: int = Field(1, title="Unbounded", description="Any.")
    needed: bool = Field(title="Needed", description="No default.")
    strange: list[int] = Field([], title="Strange", description="A list.")
    way: Literal["a"] = Field("a", title="Way", description="no full stop")


def test_twin_careless_options_are_found():
    assert faults(Careless) == [
        "strange is of no kind that a form knows",
        "bare lacks: title",
        "bare lacks: description",
        "bare lacks: bounds",
        "unbounded lacks: bounds",
        "needed lacks: default",
        "way lacks: description",
    ]


# Optimizers, schedules, losses


@named(OPTIMIZERS)
def test_an_optimizer_goes_downhill_and_its_state_is_tensors_and_numbers(name):
    entry, options = tiny(OPTIMIZERS, name)
    weight = nn.Parameter(torch.tensor([3.0, -2.0]))
    optimizer = entry.build(options, [weight], 0.01)
    before = weight.detach().clone()
    for _ in range(3):
        optimizer.zero_grad()
        (weight**2).sum().backward()
        optimizer.step()
    assert (weight.abs() < before.abs()).all()
    for state in optimizer.state_dict()["state"].values():
        assert all(isinstance(value, torch.Tensor | int | float) for value in state.values())


@named(OPTIMIZERS)
def test_an_optimizer_follows_the_rate_in_its_groups(name):
    entry, options = tiny(OPTIMIZERS, name)
    weight = nn.Parameter(torch.ones(2))
    optimizer = entry.build(options, iter([weight]), 0.1)
    assert [group["lr"] for group in optimizer.param_groups] == [0.1]
    optimizer.param_groups[0]["lr"] = 0.0
    weight.sum().backward()
    optimizer.step()
    assert torch.equal(weight, torch.ones(2))


@named(SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2, 3, 10, 1000])
def test_a_schedule_gives_a_factor_between_0_and_1_whatever_the_number_of_steps(name, steps):
    entry, options = tiny(SCHEDULES, name)
    factors = [entry.build(options, step, steps) for step in range(steps)]
    assert all(isinstance(factor, float) and 0 <= factor <= 1 for factor in factors)
    assert max(factors) > 0.5  # the rate that was set is used
    assert factors == [entry.build(options, step, steps) for step in range(steps)]


@named(SCHEDULES)
def test_a_schedule_keeps_its_promise_at_the_bounds_of_its_options(name):
    options = SCHEDULES.load(name).options
    for field in option_fields(options):
        for value in (field.low, field.high):
            chosen = parse_options(options, {field.name: value}, name)
            factors = [SCHEDULES.load(name).build(chosen, step, 20) for step in range(20)]
            assert all(0 <= factor <= 1 for factor in factors)


@named(LOSSES)
def test_a_loss_is_a_positive_mean_that_prefers_the_truth(name):
    entry, options = tiny(LOSSES, name)
    targets = torch.tensor([0, 3, 1, 1])
    logits = torch.randn(4, 5, generator=torch.Generator().manual_seed(0), requires_grad=True)
    loss = entry.build(options, logits, targets)
    loss.backward()
    assert loss.shape == ()
    assert loss > 0
    assert logits.grad.isfinite().all()
    twice = entry.build(options, logits.repeat(2, 1), targets.repeat(2))
    assert twice.item() == pytest.approx(loss.item(), rel=1e-5)
    better = logits.detach() + nn.functional.one_hot(targets, 5)
    assert entry.build(options, better, targets) < loss


# Augmentations and preprocessing


@named(AUGMENTATIONS)
@pytest.mark.parametrize("channels", [1, 3])
def test_an_augmentation_keeps_shape_and_type_and_leaves_its_input_alone(name, channels):
    entry, options = tiny(AUGMENTATIONS, name)
    pictures = images(6, channels)
    before = pictures.clone()
    drawn = entry.build.draw(options, 6, torch.Generator().manual_seed(1))
    made = entry.build.apply(options, pictures, drawn)
    assert (made.shape, made.dtype) == (pictures.shape, torch.uint8)
    assert torch.equal(pictures, before)
    assert (drawn.shape[0], drawn.ndim, drawn.device.type) == (6, 2, "cpu")


@named(AUGMENTATIONS)
def test_what_a_picture_gets_depends_on_the_seed_and_its_index_only(name):
    entry, options = tiny(AUGMENTATIONS, name)
    pictures = images(6)
    drawn, again = (entry.build.draw(options, 6, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(drawn, again)
    whole = entry.build.apply(options, pictures, drawn)
    some = torch.tensor([4, 1])
    assert torch.equal(entry.build.apply(options, pictures[some], drawn[some]), whole[some])


@named(AUGMENTATIONS)
def test_an_augmentation_does_something(name):
    entry, options = tiny(AUGMENTATIONS, name)
    pictures = images(32)
    drawn = entry.build.draw(options, 32, torch.Generator().manual_seed(1))
    assert not torch.equal(entry.build.apply(options, pictures, drawn), pictures)


@named(STEPS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_step_makes_what_it_says_of_a_picture_and_leaves_it_alone(name, channels):
    entry, options = tiny(STEPS, name)
    step, stored = entry.build, images(4, channels).numpy()
    fitted = step.fit(options, stored)
    assert json.loads(json.dumps(fitted, allow_nan=False)) == fitted
    shape = step.shape(options, (channels, 8, 9))
    given = Image.fromarray(stored[0, ..., 0] if channels == 1 else stored[0])
    made = step.picture(options, fitted, given)
    assert (len(made.getbands()), made.height, made.width) == shape
    assert np.array_equal(np.asarray(given), stored[0, ..., 0] if channels == 1 else stored[0])
    affine = step.affine(options, fitted, shape[0])
    if affine is not None:
        assert [len(part) for part in affine] == [shape[0]] * 2
        assert all(math.isfinite(value) for part in affine for value in part)
        assert all(affine[0])  # what was scaled can be scaled back for display


@named(STEPS)
def test_a_step_says_which_part_of_a_picture_it_takes(name):
    entry, options = tiny(STEPS, name)
    fitted = entry.build.fit(options, images(4).numpy())
    window = entry.build.window(options, fitted, 40, 20)
    assert window is None or (window[0] < window[2] and window[1] < window[3])


# Architectures


@named(MODELS)
def test_an_architecture_gives_logits_and_every_parameter_learns(name):
    entry, options = tiny(MODELS, name)
    torch.manual_seed(0)
    model = entry.build(options, (3, 32, 32), 4)
    logits = model(torch.randn(2, 3, 32, 32))
    assert (logits.shape, logits.dtype) == ((2, 4), torch.float32)
    nn.functional.cross_entropy(logits, torch.tensor([0, 3])).backward()
    without = [key for key, value in model.named_parameters() if value.grad is None or not value.grad.isfinite().all()]
    assert without == []


@named(MODELS)
def test_an_architecture_answers_for_a_picture_whatever_stands_beside_it(name):
    entry, options = tiny(MODELS, name)
    torch.manual_seed(0)
    model = entry.build(options, (1, 32, 32), 3).eval()
    pictures = torch.randn(4, 1, 32, 32)
    with torch.inference_mode():
        assert torch.allclose(model(pictures)[2:3], model(pictures[2:3]), atol=1e-5)


@named(SEGMENTERS)
@pytest.mark.parametrize("size", [(32, 32), (19, 22)])
def test_a_segmentation_network_answers_for_each_pixel_and_every_parameter_learns(name, size):
    entry, options = tiny(SEGMENTERS, name)
    torch.manual_seed(0)
    model = entry.build(options, (3, *size), 4)
    logits = model(torch.randn(2, 3, *size))
    assert (logits.shape, logits.dtype) == ((2, 4, *size), torch.float32)
    nn.functional.cross_entropy(logits, torch.randint(4, (2, *size))).backward()
    assert [key for key, value in model.named_parameters() if value.grad is None] == []


@named(FILMS)
@pytest.mark.parametrize("colors", [1, 3])
def test_a_network_for_films_answers_for_any_number_of_frames_and_every_parameter_learns(name, colors):
    entry, options = tiny(FILMS, name)
    torch.manual_seed(0)
    model = entry.build(options, (4 * colors, 11, 8), 5, 4)
    for frames in (1, 4, 9):
        logits = model(torch.randn(2, frames * colors, 11, 8))
        assert (logits.shape, logits.dtype) == ((2, 5), torch.float32)
    nn.functional.cross_entropy(logits, torch.tensor([0, 4])).backward()
    assert [key for key, value in model.named_parameters() if value.grad is None] == []


def test_no_network_has_the_name_of_another():
    names = [name for shelf in MODEL_SHELVES.values() for name in shelf.names()]
    assert len(names) == len(set(names))
    assert set(MODEL_SHELVES) == set(TASKS)
    assert all(task_of_model(name) == task for task, shelf in MODEL_SHELVES.items() for name in shelf.names())


# Attribution methods


@named(METHODS)
def test_a_method_gives_a_finite_map_for_each_picture_and_leaves_the_network_as_it_was(name):
    entry, options = tiny(METHODS, name)
    model = tiny_classifier()
    state = copy.deepcopy(model.state_dict())
    maps = entry.build(options, model, model[3], torch.rand(2, 3, 8, 10), torch.tensor([0, 2]))
    assert (maps.ndim, maps.shape[0], maps.dtype) == (3, 2, torch.float32)
    assert maps.isfinite().all()
    assert not maps.requires_grad
    assert hooks(model) == []
    assert not any(part.training for part in model.modules())
    assert all(one.grad is None and not one.requires_grad for one in model.parameters())
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())


@named(METHODS)
def test_a_method_leaves_no_hook_when_the_network_crashes(name):
    entry, options = tiny(METHODS, name)
    model = tiny_classifier()
    with pytest.raises(RuntimeError):
        entry.build(options, model, model[3], torch.rand(1, 5, 8, 8), torch.tensor([0]))  # five channels
    assert hooks(model) == []


# Data sets


@named(DATASETS)
def test_a_data_set_says_without_reading_what_it_then_has(name):
    folder = data_folder()
    entry, options = tiny(DATASETS, name)
    facts = entry.build.facts(options)
    assert list(facts.splits) == ["train", "val", "test"]
    assert len(set(facts.classes)) == len(facts.classes) >= 2
    if missing := entry.build.missing(options, folder):
        assert missing.endswith(".")
        pytest.skip(f"{name} cannot be read here: {missing}")
    loaded, again = (entry.build.load(options, folder) for _ in range(2))
    assert loaded.classes == facts.classes
    assert {split: len(one.targets) for split, one in loaded.splits.items()} == facts.splits
    channels, height, width = facts.shape
    for split, one in loaded.splits.items():
        assert (one.pictures.shape[1:], one.pictures.dtype) == ((height, width, channels), np.uint8)
        assert (one.targets.dtype, one.targets.ndim) == (np.int64, 1)
        assert 0 <= one.targets.min() <= one.targets.max() < len(facts.classes)
        assert np.array_equal(one.pictures, again.splits[split].pictures)
        if one.masks is not None:
            assert one.masks.shape == one.pictures.shape[:3]
            assert set(np.unique(one.masks)) <= {0, 1}
