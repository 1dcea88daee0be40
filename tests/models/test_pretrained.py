"""What torchvision publishes of its networks, and files of weights: good ones, old ones, and what is none."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torchvision import models

from cnn_core.base.errors import Failed, UnknownName
from cnn_core.models import build_model
from cnn_core.models.pretrained import completed, names, published, read_weights
from cnn_core.models.zoo.torchvision import NAMES

TINY = replace(published("squeezenet1_1"), network="tiny", size=10_000)


@pytest.fixture
def there(tmp_path):
    return tmp_path / "weights.pth"


def test_the_facts_of_a_network_are_torchvisions():
    found = published("resnet18")
    assert found.url == "https://download.pytorch.org/models/resnet18-f37072fd.pth"
    assert (found.file, found.sha256) == ("resnet18-f37072fd.pth", "f37072fd")
    assert (found.weights, found.parameters) == ("ResNet18_Weights.IMAGENET1K_V1", 11_689_512)
    assert (found.short, found.crop, found.interpolation) == (256, 224, "bilinear")
    assert (found.mean, found.std) == ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    assert found.accuracy == pytest.approx(0.69758)  # as torchvision's page of models lists it
    assert 44e6 < found.size < 48e6
    assert (len(found.classes), found.classes[285]) == (1000, "Egyptian cat")


def test_every_network_has_its_facts_and_its_classes_are_distinct():
    assert names() == list(NAMES)
    for name in names():
        found = published(name)
        assert len(set(found.classes)) == len(found.classes) == 1000
        assert len(found.sha256) >= 8
        assert found.file.endswith(".pth")
        assert found.crop <= found.short
        assert 0.5 < found.accuracy < 0.9


def test_an_older_file_of_a_network_brings_its_own_preprocessing():
    assert published("resnet50").short == 232
    older = published("resnet50", "resnet50-0676ba61.pth")
    assert (older.weights, older.short) == ("ResNet50_Weights.IMAGENET1K_V1", 256)
    assert published("resnet50", "mine.pth") == published("resnet50")


def test_an_unknown_network_gets_the_nearest_name():
    with pytest.raises(UnknownName, match='network of torchvision "resnet19" is not known; did you mean "resnet1'):
        published("resnet19")


def test_the_change_of_scale_inside_of_two_networks_is_one_to_minus_1_to_1():
    """torchvision sets `transform_input` where it loads their weights; the numbers that come out are ours."""
    picture = torch.rand(1, 3, 96, 96)
    seen = models.get_model_weights("googlenet").DEFAULT.transforms()
    module = models.googlenet(init_weights=False, aux_logits=False, transform_input=True)
    theirs = module._transform_input(
        (picture - torch.tensor(seen.mean)[:, None, None]) / torch.tensor(seen.std)[:, None, None]
    )
    found = published("googlenet")
    ours = (picture - torch.tensor(found.mean)[:, None, None]) / torch.tensor(found.std)[:, None, None]
    assert torch.allclose(ours, theirs, atol=1e-6)


def saved(model: nn.Module, path):
    torch.save(model.state_dict(), path)
    return path


def test_weights_come_by_name_from_a_file_of_torch_and_of_safetensors(there):
    model = nn.Conv2d(3, 4, 3)
    found = read_weights(saved(model, there), TINY)
    assert all(torch.equal(found[key], one) for key, one in model.state_dict().items())
    save_file(model.state_dict(), there.with_suffix(".safetensors"))
    again = read_weights(there.with_suffix(".safetensors"), TINY)
    assert all(torch.equal(found[key], again[key]) for key in ("weight", "bias"))


def test_half_numbers_become_whole_ones(there):
    found = read_weights(saved(nn.Linear(2, 2).half(), there), TINY)
    assert {one.dtype for one in found.values()} == {torch.float32}


def old_name(key):
    for now, then in (("norm1.", "norm.1."), ("norm2.", "norm.2."), ("conv1.", "conv.1."), ("conv2.", "conv.2.")):
        key = key.replace(now, then) if "denselayer" in key else key
    return key.replace(".mlp.0.", ".mlp.linear_1.").replace(".mlp.3.", ".mlp.linear_2.")


@pytest.mark.parametrize(("name", "side"), [("densenet121", 32), ("vit_b_32", 32)])
def test_the_names_that_published_files_have_are_translated(there, name, side):
    model = build_model("torchvision", (3, side, side), 2, network=name)
    wanted = model.state_dict()
    stored = {old_name(key): one[..., :1].clone() for key, one in wanted.items() if "tracked" not in key}
    assert set(stored) - set(wanted)
    torch.save(stored, there)
    found = completed(read_weights(there, published(name)), model)
    assert set(found) == set(wanted)


def test_heads_that_only_helped_to_train_are_left_out(there):
    torch.save({"fc.weight": torch.ones(2), "AuxLogits.fc.bias": torch.ones(1), "aux1.fc1.bias": torch.ones(1)}, there)
    assert set(read_weights(there, TINY)) == {"fc.weight"}


def test_twin_pickles_run_no_code_and_are_named(there, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trapped"),)

    for data in (pickle.dumps({"weight": Trap()}), None):
        if data is None:
            torch.save({"weight": Trap()}, there)
        else:
            there.write_bytes(data)
        with pytest.raises(Failed, match=r"weights\.pth was not loaded: it is a pickle that holds more than numbers"):
            read_weights(there, TINY)
        assert not (tmp_path / "trapped").exists()
    pickle.loads(pickle.dumps({"weight": Trap()}))  # it would have run
    assert (tmp_path / "trapped").exists()


def made(kind, path):
    if kind == "text":
        path.write_text("not weights")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "picture":
        Image.fromarray(np.zeros((4, 4), np.uint8)).save(path, "PNG")
    elif kind == "cut":
        data = saved(nn.Linear(20, 20), path).read_bytes()
        path.write_bytes(data[: len(data) // 2])
    elif kind == "list":
        torch.save([torch.ones(2)], path)
    elif kind == "numbers":
        torch.save({"a": 1.0}, path)
    elif kind == "nested":
        torch.save({"state_dict": {"a": torch.ones(1)}}, path)
    elif kind == "sparse":
        torch.save({"a": torch.eye(3).to_sparse()}, path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "large":
        path.write_bytes(bytes(1_100_000))


@pytest.mark.parametrize(
    ("kind", "says"),
    {
        "text": "weights.pth ",
        "empty": "damaged or no file of weights",
        "picture": "weights.pth ",
        "cut": "weights.pth ",
        "list": "holds something else than weights by name",
        "numbers": "holds something else than weights by name",
        "nested": "holds something else than weights by name",
        "sparse": "holds something else than weights by name",
        "folder": "there is no such file",
        "pipe": "there is no such file",
        "absent": "there is no such file",
        "large": "weights.pth has 1 MB; weights of tiny have 0 MB",
    }.items(),
)
def test_what_is_no_file_of_weights_is_a_sentence(there, kind, says):
    made(kind, there)
    with pytest.raises(Failed) as caught:
        read_weights(there, TINY)
    said = str(caught.value)
    assert says in said
    assert said.endswith(".")
    assert "\n" not in said
