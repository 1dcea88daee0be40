"""The example photographs are there, can be opened, and name their authors."""

from __future__ import annotations

import pytest

from cnn_core.base.errors import Failed
from cnn_core.pictures import open_picture
from cnn_core.pictures.examples import EXAMPLES, Example, example_bytes


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.file)
def test_an_example_opens_in_colour_and_names_its_author(example):
    picture = open_picture(example_bytes(example), example.file)
    assert picture.image.mode == "RGB"
    assert min(picture.image.size) > 400
    assert "CC BY 2.0" in example.credit


def test_a_missing_example_is_a_sentence():
    with pytest.raises(Failed, match=r"scikit-learn has no nothing\.jpg"):
        example_bytes(Example("nothing.jpg", "nothing", ""))
