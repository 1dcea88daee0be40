"""What a user may set, and what is said when it is wrong."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cnn_core.base.errors import UserError
from cnn_core.experiment import demo, facts, read, resolve, train_defaults, unfit

DIGITS = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}}


def test_every_value_is_resolved_and_the_json_alone_gives_the_experiment_back():
    experiment = resolve(DIGITS)
    stored = json.loads(experiment.model_dump_json())
    assert stored["model"]["options"]["width"] == 32
    assert stored["train"]["optimizer"] == {
        "name": "adamw",
        "options": {"weight_decay": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    }
    assert read(stored) == resolve(stored) == experiment


def test_defaults_follow_the_size_of_the_data_set_and_yield_to_the_user():
    small, large = resolve(DIGITS), resolve({**DIGITS, "data": {"name": "mnist"}})
    assert small.train.batch_size == train_defaults(1_257)["batch_size"] == 32
    assert large.train.batch_size == 128
    assert resolve({**DIGITS, "train": {"batch_size": 50}}).train.batch_size == 50


def test_settings_apply_names_first_whatever_their_order():
    experiment = resolve(
        DIGITS,
        [
            "train.optimizer.momentum=0.8",
            "train.optimizer=sgd",
            "augmentation.shift.pixels=1",
            "augmentation=flip,shift",
            "preprocessing.resize.size=16",
            "model.width=8",
            "train.precision=float32",
            "data.split_seed=3",
        ],
    )
    assert experiment.train.optimizer.options["momentum"] == 0.8
    assert [one.name for one in experiment.augmentation] == ["flip", "shift"]
    assert experiment.augmentation[1].options["pixels"] == 1
    assert facts(experiment).input_shape == (1, 16, 16)
    assert experiment.model.options["width"] == 8
    assert experiment.data.options["split_seed"] == 3


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("train.lr=0", 'train.lr is "0", but must be a number above 0'),
        ("train.lr=-1", "train.lr"),
        ("train.lr=inf", "train.lr"),
        ("train.epochs=0", 'train.epochs is "0", but must be a whole number at least 1'),
        ("train.epochs=many", "train.epochs"),
        ("train.batch_size=5000", "train.batch_size is 5000, but digits has 1,257 training pictures"),
        ("train.optimizer=sdg", 'did you mean "sgd"'),
        ("train.optimiser=sgd", 'did you mean "optimizer"'),
        ("train.optimizer.momentum=0.5", "not an option"),
        ("model=smal_cnn", 'did you mean "small_cnn"'),
        ("model.widht=3", 'did you mean "width"'),
        ("data=digit", 'did you mean "digits"'),
        ("preprocessing.size=3", "preprocessing.ENTRY.field=value"),
        ("preprocessing.resise.size=3", 'did you mean "resize"'),
        ("preprocessing.resize.size=3", "4x4"),
        ("augmentation=flop", 'did you mean "flip"'),
        ("augmentation.shift.pixels=1", "which is not chosen"),
        ("training.lr=1", 'did you mean "train"'),
        ("train.lr", 'has no "="'),
        ("train.device=tpu", "auto, cpu, cuda, mps"),
    ],
)
def test_a_wrong_setting_names_field_value_and_what_is_allowed(setting, says):
    with pytest.raises(UserError) as caught:
        resolve(DIGITS, [setting])
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_huge_rate_is_the_users_to_try():
    assert resolve(DIGITS, ["train.lr=1e9"]).train.lr == 1e9


def test_an_experiment_of_a_later_version_says_so():
    stored = {**json.loads(resolve(DIGITS).model_dump_json()), "schema_version": 99}
    for reading in (resolve, read):
        with pytest.raises(UserError, match="another version"):
            reading(stored)


def test_hostile_values_stay_short_and_on_one_line():
    with pytest.raises(UserError) as caught:
        resolve({**DIGITS, "model": {"name": "<b>" + "x" * 10_000 + "\n\0"}})
    assert len(str(caught.value)) < 400
    assert "\0" not in str(caught.value)


def test_the_demo_fits_and_unfit_is_empty_for_it():
    assert unfit(demo()) == ""


def test_an_experiment_without_a_model_needs_no_torch_to_be_looked_at():
    check = "import sys, cnn_core.experiment, cnn_core.actions.running; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
