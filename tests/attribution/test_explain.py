"""One explanation: which layer, which class, true scale, evidence; alone with the network whoever else asks."""

from __future__ import annotations

import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from cnn_core.attribution.explain import explain, upsample
from cnn_core.base.errors import BadPicture, Failed, UserError
from cnn_core.models import build_model
from tests.makers import hooks, network, picture, tiny_classifier

JSON = {"method", "layer", "target", "target_index", "probability", "shape", "grid", "has_evidence"}


@pytest.fixture
def asked():
    return network(tiny_classifier())


def test_an_explanation_has_the_promised_record_and_arrays(asked):
    found = explain(asked, picture())
    record = found.record()
    assert set(record) >= JSON
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["shape"] == [16, 12]
    assert record["grid"] == [8, 6]
    assert (found.heat.shape, found.heat.dtype) == ((16, 12), np.float32)
    assert (found.map.shape, found.map.dtype) == ((8, 6), np.float32)
    assert np.array_equal(found.saw, picture())
    assert np.array_equal(found.original, picture())
    assert found.window == (0, 0, 12, 16)
    assert found.layers == ({"name": "0", "grid": [16, 12]}, {"name": "3", "grid": [8, 6]})


def test_by_default_the_predicted_class_and_the_last_convolution_are_explained(asked):
    found = explain(asked, picture())
    logits = asked.logits(asked.preprocess(picture()))[0].double()
    assert (found.method, found.layer) == ("grad_cam", "3")
    assert found.target_index == int(logits.argmax())
    assert found.target == asked.classes[found.target_index]
    assert found.probability == pytest.approx(float(logits.softmax(0).max()), abs=1e-12)


def test_the_best_come_first_and_at_most_five():
    found = explain(network(tiny_classifier(classes=7), classes=tuple("abcdefg")), picture())
    chances = [one["probability"] for one in found.top]
    assert len(found.top) == 5
    assert chances == sorted(chances, reverse=True)
    assert found.top[0] == {"class": found.target, "index": found.target_index, "probability": found.probability}
    assert sum(one["probability"] for one in explain(network(tiny_classifier()), picture()).top) == pytest.approx(1)


def test_a_convolution_with_one_position_is_passed_over(asked):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 3, 1), nn.Flatten())
    found = explain(network(module), picture())
    assert found.layer == "0"
    assert [one["name"] for one in found.layers] == ["0"]
    with pytest.raises(UserError, match=r'layer .* "2" is not known.* There is: 0'):
        explain(network(module), picture(), layer="2")


@pytest.mark.parametrize(("layer", "hint"), [("conv9", ""), ("features.conv1", "features.conv"), ("", ""), ("fc", "")])
def test_an_unknown_layer_gets_the_list_and_the_nearest_spelling(layer, hint):
    module = tiny_classifier()
    named = nn.Sequential()
    named.add_module("features", nn.Sequential())
    named.features.add_module("conv", module[0])
    named.add_module("rest", module[3:])
    with pytest.raises(UserError, match=rf"layer .*{hint}.* There is: features\.conv, rest\.3\.$"):
        explain(network(named), picture(), layer=layer)


def test_a_network_without_convolutions_says_so_and_what_is_possible():
    torch.manual_seed(0)
    mlp = build_model("mlp", (3, 16, 12), 3)
    with pytest.raises(UserError, match=r"convolution .* none: it can predict.*small_cnn"):
        explain(network(mlp), picture())


@pytest.mark.parametrize(
    ("classes", "target", "index"),
    [
        (("cat", "dog", "bird"), "bird", 2),
        (("cat", "dog", "bird"), "1", 1),
        (("cat", "dog", "bird"), 1, 1),
        (("2", "0", "1"), "2", 0),  # a name wins over an index
        (("2", "0", "1"), 2, 0),
        (("7", "0", "10"), "1", 1),
        (("-1", "<b>", "😀"), "😀", 2),
    ],
)
def test_a_target_is_a_class_name_else_an_index(classes, target, index):
    found = explain(network(tiny_classifier(), classes=classes), picture(), target=target)
    assert (found.target_index, found.target) == (index, classes[index])


@pytest.mark.parametrize("target", ["katze", "3", "-1", "1.0", "٢", "", "9" * 5000, 3, -1, True])
def test_an_unknown_target_is_refused_in_a_sentence(asked, target):
    with pytest.raises(UserError, match=r"target \(a class, or an index from 0 to 2\) .* There is: cat, dog, bird"):
        explain(asked, picture(), target=target)


def test_a_class_spelled_nearly_right_is_offered(asked):
    with pytest.raises(UserError, match='did you mean "bird"'):
        explain(asked, picture(), target="brid")


def test_an_unknown_method_or_option_is_refused(asked):
    with pytest.raises(UserError, match='did you mean "grad_cam"'):
        explain(asked, picture(), method="gradcam")
    with pytest.raises(UserError, match=r"grad_cam\.speed is not an option"):
        explain(asked, picture(), options={"speed": 1})


def test_the_map_is_spread_bilinearly_with_corners_not_aligned():
    assert upsample(torch.tensor([[0.0, 1.0]]), (1, 4)).tolist() == [[0, 0.25, 0.75, 1]]
    assert upsample(torch.tensor([[-5.0, 1.0]]), (1, 4)).tolist() == [[0, 0.25, 0.75, 1]]  # ReLU comes first
    assert upsample(torch.tensor([[2.0]]), (2, 2)).tolist() == [[2, 2], [2, 2]]
    corner = upsample(torch.tensor([[4.0, 0.0], [0.0, 0.0]]), (4, 4))
    assert corner[0].tolist() == [4, 3, 1, 0]
    assert corner[1].tolist() == [3, 2.25, 0.75, 0]


def test_heat_has_the_true_scale(asked):
    found = explain(asked, picture(), target="dog", layer="0")
    assert found.heat == pytest.approx(found.map, abs=1e-7)  # the layer is as large as the input
    asked.module[7].weight.mul_(8)
    louder = explain(asked, picture(), target="dog", layer="0")
    assert louder.heat == pytest.approx(8 * found.heat, rel=1e-4)


def test_a_map_without_evidence_says_so(asked):
    asked.module[3].bias.fill_(100)  # every activation is positive,
    asked.module[7].weight.copy_(-asked.module[7].weight.abs())  # and all of them speak against every class
    found = explain(asked, picture())
    assert found.has_evidence is False
    assert found.heat.max() == 0
    assert found.record()["has_evidence"] is False


def test_twin_a_map_with_evidence_has_some(asked):
    assert any(explain(asked, picture(seed=seed)).has_evidence for seed in range(5))


def test_a_network_that_gives_no_finite_numbers_cannot_be_explained(asked):
    asked.module[7].bias[0] = float("nan")
    with pytest.raises(Failed, match="no finite numbers"):
        explain(asked, picture())
    assert not asked.lock.locked()


def test_a_wide_photo_is_shown_whole_with_the_window_that_the_network_gets(asked):
    photo = Image.fromarray(picture((3, 40, 100)))
    found = explain(asked, photo)
    assert found.original.shape == (40, 100, 3)
    assert found.saw.shape == (16, 12, 3)
    assert found.window == asked.preprocessing.window(100, 40)


def turned(upright, orientation):
    """A PNG whose pixels are turned as a camera would store them, with the EXIF tag that says so."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that makes the stored pixels
    stored = Image.fromarray(upright)
    if orientation in undo:
        stored = stored.transpose(Image.Transpose(undo[orientation]))
    tag, file = Image.Exif(), io.BytesIO()
    tag[0x0112] = orientation
    stored.save(file, "PNG", exif=tag)
    return file.getvalue()


def corner_network():
    """Its map is bright where the picture is bright."""
    module = nn.Sequential(nn.Conv2d(3, 1, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 3))
    for weights in (module[0].weight, module[3].weight):
        nn.init.ones_(weights)
    return network(module)


@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_a_photo_that_the_camera_stored_turned_is_explained_upright(orientation):
    upright = np.zeros((16, 12, 3), np.uint8)
    upright[1:4, 8:11] = 255  # near the corner at the top right
    found = explain(corner_network(), turned(upright, orientation))
    assert np.array_equal(found.original, upright)
    assert np.array_equal(found.saw, upright)
    assert np.array_equal(found.heat == found.heat.max(), upright[..., 0] == 255)
    assert found.window == (0, 0, 12, 16)


def test_twin_without_the_tag_a_turned_photo_stays_turned():
    upright = picture()
    stored = Image.open(io.BytesIO(turned(upright, 3)))
    file = io.BytesIO()
    Image.fromarray(np.asarray(stored)).save(file, "PNG")
    assert np.array_equal(explain(corner_network(), file.getvalue()).original, upright[::-1, ::-1])


def test_a_grey_picture_of_a_grey_network_is_shown_in_three_channels():
    grey = network(tiny_classifier(channels=1), shape=(1, 16, 12))
    found = explain(grey, picture((1, 16, 12))[..., 0])
    assert found.saw.shape == (16, 12, 1)
    assert found.original.shape == (16, 12, 3)


def test_what_was_done_to_the_file_is_noted(asked):
    frames = [Image.fromarray(picture(seed=seed)) for seed in (1, 2)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert any("first" in note for note in explain(asked, file.getvalue()).notes)


def test_a_bad_picture_is_refused_and_the_network_goes_on(asked):
    with pytest.raises(BadPicture):
        explain(asked, b"no picture")
    assert explain(asked, picture()).layer == "3"


def test_the_network_is_left_as_it_was(asked):
    before = {name: value.clone() for name, value in asked.module.state_dict().items()}
    explain(asked, picture())
    assert hooks(asked.module) == []
    assert all(one.grad is None and not one.requires_grad for one in asked.module.parameters())
    assert all(torch.equal(value, before[name]) for name, value in asked.module.state_dict().items())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_it_works_whatever_the_gradient_mode_of_the_caller(asked, mode):
    expected = explain(asked, picture())
    with mode():
        found = explain(asked, picture())
    assert np.array_equal(found.heat, expected.heat)


class Turnstile(nn.Module):
    """Counts who is inside at once; can hold the first until a second comes."""

    def __init__(self, module, meet=None):
        super().__init__()
        self.module, self.meet, self.inside, self.most = module, meet, 0, 0

    def forward(self, x):
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.meet is not None:
            self.meet.wait(timeout=20)
        x = self.module(x)
        self.inside -= 1
        return x


def test_eight_people_asking_one_network_at_once_get_the_answers_they_get_alone():
    asked = network(Turnstile(tiny_classifier()))
    asked.convolutions()
    questions = [(seed, asked.classes[seed % 3], ("module.0", "module.3")[seed % 2]) for seed in range(200)]

    def answer(question):
        seed, target, layer = question
        return explain(asked, picture(seed=seed), target=target, layer=layer)

    alone = [answer(question) for question in questions]
    with ThreadPoolExecutor(8) as people:
        together = list(people.map(answer, questions))
    wrong = [
        question
        for question, one, other in zip(questions, alone, together, strict=True)
        if not np.array_equal(one.heat, other.heat) or one.probability != other.probability
    ]
    assert wrong == []
    assert asked.module.most == 1


def test_twin_without_the_lock_they_meet_inside_the_network():
    asked = network(Turnstile(tiny_classifier()))
    asked.convolutions()
    asked.module.meet, asked.lock = threading.Barrier(2), nullcontext()
    with ThreadPoolExecutor(2) as people:
        list(people.map(lambda seed: explain(asked, picture(seed=seed), layer="module.3", target="cat"), (1, 2)))
    assert asked.module.most == 2
