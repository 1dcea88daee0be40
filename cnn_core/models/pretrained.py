"""Networks that others have trained: what torchvision publishes of them, and reading a file of their weights safely."""

from __future__ import annotations

import pickle
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision import models
from torchvision.models import WeightsEnum

from cnn_core.base.errors import Failed, UnknownName, shorten
from cnn_core.models.zoo.torchvision import NAMES

HASH = re.compile(r"-([0-9a-f]{8,64})\.pth\Z")  # torch.hub's: a file's name ends in how its SHA-256 begins
MEASURE = "ImageNet-1K"
SLACK = 1_000_000  # bytes beside the numbers
# googlenet and inception_v3 came with a change of scale before the first layer, which is one to -1..1
HALVES = (0.5, 0.5, 0.5)
SCALED_TO_HALVES = ("googlenet", "inception_v3")
AUXILIARY = re.compile(r"(aux1|aux2|AuxLogits)\.")  # heads that only helped to train
RENAMED = (  # names in published files to those of today
    (re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)\Z"), r"\1\2"),
    (re.compile(r"(.*\.mlp)\.linear_1\.(.*)\Z"), r"\1.0.\2"),
    (re.compile(r"(.*\.mlp)\.linear_2\.(.*)\Z"), r"\1.3.\2"),
)


@dataclass(frozen=True)
class Published:
    """What torchvision publishes of a network's weights.

    network: as it is called. weights: the name of these, `ResNet18_Weights.IMAGENET1K_V1`. url, file, sha256: where
    the file is, its name, and how its SHA-256 begins. size: of the file, about, in bytes. parameters: how many.
    accuracy: top-1 on ImageNet's validation pictures (0..1), as torchvision measured it. classes: by index.
    short, crop, interpolation: the short side to scale a picture to, and the side of the middle that is cut out.
    mean, std: per channel, of values in 0..1.
    """

    network: str
    weights: str
    url: str
    file: str
    sha256: str
    size: int
    parameters: int
    accuracy: float
    classes: tuple[str, ...]
    short: int
    crop: int
    interpolation: str
    mean: tuple[float, ...]
    std: tuple[float, ...]


def names() -> list[str]:
    """The networks of which torchvision publishes weights."""
    return list(NAMES)


def published(network: str, file: str = "") -> Published:
    """What torchvision publishes of a network. Where it has several weights: those in a file of this name, else its
    default.

    Raises:
        UnknownName: it has no such network.
    """
    if network not in NAMES:
        raise UnknownName(network, "network of torchvision", NAMES)
    every = list(models.get_model_weights(network))
    chosen = next((one for one in every if _file(one.url) == file), models.get_model_weights(network).DEFAULT)
    return _published(network, chosen)


def _file(url: str) -> str:
    return Path(urlsplit(url).path).name


def _published(network: str, weights: WeightsEnum) -> Published:
    seen, meta = weights.transforms(), weights.meta
    found = HASH.search(weights.url)
    halves = network in SCALED_TO_HALVES
    return Published(
        network=network,
        weights=f"{type(weights).__name__}.{weights.name}",
        url=weights.url,
        file=_file(weights.url),
        sha256=found[1] if found else "",
        size=int(meta["_file_size"] * 2**20),
        parameters=int(meta["num_params"]),
        accuracy=meta["_metrics"][MEASURE]["acc@1"] / 100,
        classes=tuple(meta["categories"]),
        short=seen.resize_size[0],
        crop=seen.crop_size[0],
        interpolation=seen.interpolation.value,
        mean=HALVES if halves else tuple(seen.mean),
        std=HALVES if halves else tuple(seen.std),
    )


def read_weights(path: Path, about: Published) -> dict[str, Tensor]:
    """The weights in a file, by the names that the network has for them today; not yet compared with it.

    No code in the file is run: torch reads it with `weights_only`.

    Raises:
        Failed: it is missing, too large, or holds something else; one sentence.
    """
    name = shorten(path.name, 90)
    most = 2 * about.size + SLACK
    try:
        if not path.is_file():
            raise Failed(f"The weights {shorten(path, 200)} cannot be read: there is no such file.")
        size = path.stat().st_size
        if size > most:
            raise Failed(
                f"{name} has {size / 1e6:,.0f} MB; weights of {about.network} have {about.size / 1e6:,.0f} MB."
            )
        found = load_file(path) if path.suffix == ".safetensors" else _load(path)
    except OSError as error:
        raise Failed(f"The weights {path} cannot be read: {error.strerror or error}.") from error
    except pickle.UnpicklingError as error:
        raise Failed(
            f"{name} was not loaded: it is a pickle that holds more than numbers, or no file of weights; {_get(about)}"
        ) from error
    except (
        SafetensorError,
        RuntimeError,
        EOFError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
    ) as error:
        raise Failed(f"{name} is damaged or no file of weights; {_get(about)}") from error
    if not isinstance(found, dict) or not found or not all(_is_weight(*one) for one in found.items()):
        raise Failed(f"{name} holds something else than weights by name; {_get(about)}")
    return dict(_today(key, tensor) for key, tensor in found.items() if not AUXILIARY.match(key))


def _load(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of strange files, which get a sentence of ours
        return torch.load(path, map_location="cpu", weights_only=True)


def _get(about: Published) -> str:
    return f"torchvision publishes them at {about.url}."


def _is_weight(key: Any, value: Any) -> bool:
    return isinstance(key, str) and isinstance(value, Tensor) and value.layout is torch.strided


def _today(key: str, tensor: Tensor) -> tuple[str, Tensor]:
    for pattern, name in RENAMED:
        key = pattern.sub(name, key)
    return key, tensor.detach().float() if tensor.is_floating_point() else tensor.detach()


def completed(found: dict[str, Tensor], model: nn.Module) -> dict[str, Tensor]:
    """With the counts of batches that batch norm did not store in its first years, and that only training asks for."""
    wanted = [key for key in model.state_dict() if key.endswith(".num_batches_tracked")]
    return {**{key: torch.zeros((), dtype=torch.int64) for key in wanted}, **found}
