"""Charts as files: real SVG and PNG, in which names are text."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from cnn_core.figures.matrix import matrix_chart
from cnn_core.figures.saving import SHARP, WIDTH, png, svg

HOSTILE = '<b>&"x'


def chart(names=("a", "b")):
    return matrix_chart(np.array([[40, 2], [3, 55]]), names, (0, 1))


def test_an_svg_holds_the_numbers_of_the_chart_as_text():
    texts = {node.text for node in ElementTree.fromstring(svg(chart())).iter("{http://www.w3.org/2000/svg}text")}
    assert {"40", "2", "3", "55", "a", "b", "it was", "it said"} <= texts


def test_a_png_is_as_wide_as_it_says_and_white_where_nothing_is_drawn():
    picture = Image.open(io.BytesIO(png(chart(), 400)))
    assert abs(picture.width - SHARP * 400) < 0.25 * SHARP * 400  # labels stand beside the plot
    assert picture.convert("RGB").getpixel((picture.width - 1, 0)) == (255, 255, 255)


def test_a_wider_one_is_wider():
    one, two = (Image.open(io.BytesIO(png(chart(), width))).width for width in (WIDTH, WIDTH + 100))
    assert two == one + SHARP * 100


def test_a_hostile_name_is_text_in_an_svg():
    root = ElementTree.fromstring(svg(chart((HOSTILE, "b"))))
    assert any(HOSTILE in (node.text or "") for node in root.iter())
    assert not [node for node in root.iter() if node.tag.endswith("}b")]
