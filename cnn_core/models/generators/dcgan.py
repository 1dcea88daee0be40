"""DCGAN: a generator draws pictures from noise, a discriminator tells them from real ones; each teaches the other.

The generator turns noise into a small map by one dense layer, and doubles its sides until they are those of the
pictures; the discriminator halves them as often, by convolutions of stride 2 with leaky ReLU, and ends in one number,
the logit of *real*. A call asks the discriminator: (N, C, H, W) to (N, 1). First weights are drawn from N(0, 0.02).
Radford, Metz and Chintala, 2016; spectral norm: Miyato and others, 2018.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.blocks import too_large
from cnn_core.models.zoo import BuildModel

SMALLEST = 14  # sides that are halved further; 28 pixels begin as 7, 32 and 64 as 8
SLOPE = 0.2  # of the discriminator's leaky ReLU
SPREAD = 0.02  # of the first weights


class DcganOptions(Options):
    latent: int = Field(
        64, ge=1, le=1024, title="Noise values", description="How many random numbers a picture is drawn from."
    )
    width: int = Field(
        32,
        ge=2,
        le=256,
        title="Width",
        description="Maps before the picture; the discriminator begins with half of it.",
    )
    upsampling: Literal["transposed", "resize"] = Field(
        "transposed",
        title="Upsampling",
        description="A transposed 4x4 convolution of stride 2, or doubling the pixels and a 3x3 convolution.",
    )
    batch_norm: bool = Field(
        True, title="Batch norm", description="Between the layers of both; without it a GAN collapses easily."
    )
    spectral_norm: bool = Field(
        False,
        title="Spectral norm",
        description="Keeps each layer of the discriminator from growing steep, which steadies the training.",
    )


class Dcgan(nn.Module):
    """Pictures (N, C, H, W) to the logit of *real* (N, 1); `generator`: noise (N, latent) to pictures, -1 to 1."""

    def __init__(self, options: DcganOptions, shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.latent = options.latent
        self.generator = _generator(options, shape)
        self.discriminator = _discriminator(options, shape)
        for part in self.modules():
            if isinstance(part, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                nn.init.normal_(part.weight, std=SPREAD)
            elif isinstance(part, nn.BatchNorm2d):
                nn.init.normal_(part.weight, 1.0, SPREAD)
        if options.spectral_norm:
            for part in self.discriminator.modules():
                if isinstance(part, nn.Conv2d | nn.Linear):
                    spectral_norm(part)

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.discriminator(pictures)
        return logits


def halvings(shape: tuple[int, int, int]) -> int:
    """How often the sides of a picture (C, H, W) are halved, and doubled again; 0: they cannot be halved evenly."""
    height, width = shape[1:]
    count = 0
    while height % 2 == width % 2 == 0 and (min(height, width) >= SMALLEST or not count) and min(height, width) > 2:
        height, width, count = height // 2, width // 2, count + 1
    return count


def _generator(options: DcganOptions, shape: tuple[int, int, int]) -> nn.Module:
    channels, height, width = shape
    times = halvings(shape)
    maps = options.width * 2 ** (times - 1)
    sides = (height // 2**times, width // 2**times)
    norm = options.batch_norm
    layers: list[nn.Module] = [
        nn.Linear(options.latent, maps * sides[0] * sides[1], bias=not norm),
        nn.Unflatten(1, (maps, *sides)),
        *_norm(maps, norm),
        nn.ReLU(),
    ]
    for _ in range(times - 1):
        layers += [*_doubled(options, maps, maps // 2, bias=not norm), *_norm(maps // 2, norm), nn.ReLU()]
        maps //= 2
    return nn.Sequential(*layers, *_doubled(options, maps, channels, bias=True), nn.Tanh())


def _doubled(options: DcganOptions, before: int, after: int, *, bias: bool) -> list[nn.Module]:
    if options.upsampling == "transposed":
        return [nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=bias)]
    return [nn.Upsample(scale_factor=2), nn.Conv2d(before, after, 3, padding=1, bias=bias)]


def _discriminator(options: DcganOptions, shape: tuple[int, int, int]) -> nn.Module:
    channels, height, width = shape
    times, maps = halvings(shape), options.width // 2
    layers: list[nn.Module] = [nn.Conv2d(channels, maps, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
    for _ in range(times - 1):  # the first layer has no norm, as in the paper
        convolution = nn.Conv2d(maps, 2 * maps, 4, stride=2, padding=1, bias=not options.batch_norm)
        layers += [convolution, *_norm(2 * maps, options.batch_norm), nn.LeakyReLU(SLOPE)]
        maps *= 2
    places = (height // 2**times) * (width // 2**times)
    return nn.Sequential(
        OrderedDict(features=nn.Sequential(*layers), flatten=nn.Flatten(), head=nn.Linear(maps * places, 1))
    )


def _norm(maps: int, wanted: bool) -> list[nn.Module]:
    return [nn.BatchNorm2d(maps)] if wanted else []


def dcgan(options: DcganOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `generators.Pair`; there are no classes."""
    return Dcgan(options, input_shape)


def unfit(options: DcganOptions, facts: Facts) -> str:
    """Sides that cannot be doubled up to, or too many parameters."""
    _, height, width = facts.input_shape
    times = halvings(facts.input_shape)
    if not times:
        return (
            f"Pictures of {height}x{width} pixels cannot be drawn by doubling: "
            "both sides must be even and at least 4; resize them to 28 or 32 pixels."
        )
    maps = options.width * 2 ** (times - 1)
    places = height * width // 4**times
    parameters = maps * places * options.latent + sum(16 * 2 * (maps // 2**at) ** 2 for at in range(times))
    return too_large(parameters, "a smaller width or fewer noise values")


ENTRY: Entry[BuildModel] = Entry(options=DcganOptions, build=dcgan, tiny={"latent": 4, "width": 4}, unfit=unfit)
