"""A sample of a data set: its sizes are known before it is read, it is drawn by its seed, only training is changed."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.base.errors import UserError
from cnn_core.base.settings import data_folder
from cnn_core.data.sampling import Sampled, each
from cnn_core.data.sets import SHELF
from cnn_core.data.statistics import class_counts
from cnn_core.experiment import Choice, data_facts, load_data, resolve


def digits(**options):
    return load_data(Choice(name="digits", options=options)).splits


def counts(split, classes=10):
    return class_counts(split.targets, classes)


@pytest.mark.parametrize(
    "options",
    [
        {"train_pictures": 500},
        {"train_pictures": 7, "val_pictures": 33},
        {"imbalance": "long_tail", "ratio": 100},
        {"imbalance": "long_tail", "ratio": 100, "train_pictures": 200},
        {"imbalance": "minority", "ratio": 9},
        {"label_noise": 1.0, "train_pictures": 300},
    ],
    ids=str,
)
def test_the_sizes_that_are_known_before_are_those_that_are_then_there(options):
    choice = Choice(name="digits", options=options)
    loaded = load_data(choice)
    assert {name: len(part.targets) for name, part in loaded.splits.items()} == data_facts(choice).splits
    assert all(len(part.pictures) == len(part.targets) for part in loaded.splits.values())


def test_a_long_tail_of_1240_pictures_falls_from_500_to_5_as_the_formula_says():
    choice = Choice(name="mnist", options={"imbalance": "long_tail", "ratio": 100, "train_pictures": 1240})
    if SHELF.load("mnist").build.missing(SHELF.load("mnist").options(), data_folder()):
        pytest.skip("MNIST is not here")
    found = counts(load_data(choice).splits["train"])
    exact = [500 * 100 ** (-i / 9) for i in range(10)]  # Cui et al., 2019
    assert sum(found) == 1240
    assert found == pytest.approx(exact, abs=0.75)


def test_one_rare_class_is_the_last_and_rarer_by_the_ratio():
    found = counts(digits(imbalance="minority", ratio=10)["train"])
    assert found == [113] * 9 + [11]  # nine tenths of 1257 / 10, and a tenth of it


def test_a_subset_has_its_share_of_every_class_and_a_larger_one_holds_it():
    small, large = (digits(train_pictures=count)["train"] for count in (100, 400))
    assert max(counts(small)) - min(counts(small)) <= 1
    rows = {picture.tobytes() for picture in large.pictures}
    assert {picture.tobytes() for picture in small.pictures} <= rows


def test_another_seed_takes_others_and_the_same_takes_the_same():
    first, again, other = (digits(train_pictures=100, sample_seed=seed)["train"].pictures for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_validation_and_test_stay_whole_and_true_whatever_is_done_to_training():
    usual, changed = digits(), digits(train_pictures=200, imbalance="long_tail", ratio=20, label_noise=0.5)
    for split in ("val", "test"):
        assert changed[split].targets is usual[split].targets


def test_noise_draws_so_many_labels_anew_and_a_tenth_of_them_is_right_by_luck():
    clean, noisy = digits()["train"], digits(label_noise=0.5)["train"]
    wrong = (clean.targets != noisy.targets).mean()
    assert wrong == pytest.approx(0.5 * 0.9, abs=0.03)
    assert noisy.pictures is clean.pictures


@pytest.mark.parametrize("name", SHELF.names())
def test_every_class_of_every_set_has_the_pictures_that_an_imbalance_counts_on(name):
    entry, folder = SHELF.load(name), data_folder()
    assert issubclass(entry.options, Sampled)
    options = entry.options(**entry.tiny)
    if entry.build.missing(options, folder):
        pytest.skip("not here")
    facts, loaded = entry.build.facts(options), entry.build.load(options, folder)
    assert min(counts(loaded.splits["train"], len(facts.classes))) >= each(facts)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"train_pictures": 1258}, "data.train_pictures is 1258, but digits has 1,257 training pictures; choose 1 to"),
        ({"val_pictures": 181}, "data.val_pictures is 181, but digits has 180 validation pictures; choose 1 to 180"),
        ({"train_pictures": 1200, "imbalance": "minority"}, "data.train_pictures is 1200, but .* at most 1028 fit"),
        ({"label_noise": 2}, 'data.label_noise is "2", but must be a number at least 0 and at most 1'),
    ],
)
def test_a_sample_that_cannot_be_taken_is_refused_in_a_sentence(options, said):
    with pytest.raises(UserError, match=said):
        resolve({"data": {"name": "digits", "options": options}, "model": "mlp"})


def test_the_largest_uneven_sample_that_the_sentence_offers_can_be_taken():
    options = {"train_pictures": 1028, "imbalance": "minority"}
    resolve({"data": {"name": "digits", "options": options}, "model": "mlp"})
    assert len(digits(**options)["train"].targets) == 1028


def test_an_experiment_from_before_samples_means_the_whole_set():
    old = Choice(name="digits", options={"split_seed": 0})
    assert data_facts(old).splits["train"] == 1257
    assert load_data(old) is load_data(resolve({"data": "digits", "model": "mlp"}).data)


def test_a_sample_is_set_from_the_shell():
    chosen = resolve({}, ["data=digits", "data.train_pictures=100", "data.imbalance=long_tail", "model=mlp"])
    assert data_facts(chosen.data).splits["train"] == 100
    assert chosen.train.batch_size == 32
