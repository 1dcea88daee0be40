"""Advice: a sentence where two remedies do one job, or an augmentation makes another sign; else silence."""

from __future__ import annotations

import pytest

from cnn_core.experiment import resolve
from cnn_core.experiment.advice import advice


def said(*sets):
    return advice(resolve({"data": "digits", "model": "mlp"}, list(sets)))


def test_weights_and_a_balanced_sampler_correct_twice():
    (sentence,) = said("train.loss.class_weights=balanced", "train.sampler=oversample")
    assert "correct twice" in sentence
    (sentence,) = said("train.loss=focal", "train.loss.class_weights=effective", "train.sampler=undersample")
    assert sentence.startswith("Effective class weights and the sampler undersample do the same job")


def test_a_mirror_makes_other_signs_of_digits():
    (sentence,) = said("augmentation=flip")
    assert "a mirrored 2" in sentence


@pytest.mark.parametrize(
    "sets",
    [
        (),
        ("train.loss.class_weights=balanced",),
        ("train.sampler=oversample",),
        ("augmentation=shift",),
        ("data=shapes", "augmentation=flip"),
        ("augmentation=flip", "augmentation.flip.horizontal=0"),
    ],
    ids=str,
)
def test_nothing_is_said_where_there_is_nothing_to_say(sets):
    assert said(*sets) == []
