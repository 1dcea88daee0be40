"""ResNet for small pictures: 6n+2 layers in three stages, the network of the paper's CIFAR-10 experiments.

Each block adds its input to what two 3x3 convolutions make of it, so a block has only to learn the difference. Where a
stage halves the picture and doubles the width, shortcut A takes every second pixel and fills the new channels with
zeros (no parameters); shortcut B uses a 1x1 convolution. Depth 20 has 269,722 parameters with A. Without shortcuts it
is the paper's plain twin: the same layers, and nothing is added. Squeeze-excite weighs each block's channels (Hu et
al., 2018).
Takes (N, C, H, W), gives logits (N, classes). He, Zhang, Ren and Sun, 2015 (section 4.2).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.attention import SqueezeExcite
from cnn_core.models.blocks import residual_init, too_large, too_small_to_halve
from cnn_core.models.zoo import BuildModel

STAGES = 3


class ResnetCifarOptions(Options):
    depth: int = Field(
        20, ge=8, le=1202, title="Depth", description="Layers with weights: 6n+2, so 8, 14, 20, 26, 32, 44, 56, 110."
    )
    width: int = Field(16, ge=1, le=256, title="Width", description="Filters of the first stage; then 2 and 4 times.")
    shortcut: Literal["A", "B"] = Field(
        "A", title="Shortcut", description="Where the size changes: A fills with zeros, B learns a 1x1 convolution."
    )
    skip: bool = Field(True, title="Shortcuts", description="Add its input to each block; off: the plain twin.")
    batch_norm: bool = Field(
        True, title="Batch norm", description="Normalise each channel after its convolution: faster, steadier learning."
    )
    squeeze_excite: bool = Field(
        False, title="Squeeze-excite", description="Weigh the channels of each block by what the whole picture holds."
    )


class ZeroPadShortcut(nn.Module):
    """Every second pixel, and zeros for the new channels: (N, C, H, W) to (N, D, H/2, W/2), rounded up."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.new_channels = filters - channels

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.new_channels))


class Block(nn.Module):
    """relu(shortcut(x) + bn(conv(relu(bn(conv(x)))))), (N, channels, H, W) to (N, filters, H/stride, W/stride)."""

    def __init__(self, options: ResnetCifarOptions, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, padding=1, bias=False)
        self.bn1 = _norm(options, filters)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.bn2 = _norm(options, filters)
        self.excite = SqueezeExcite(filters) if options.squeeze_excite else None
        self.relu2 = nn.ReLU()
        self.shortcut = _shortcut(options, channels, filters, stride) if options.skip else None

    def forward(self, x: Tensor) -> Tensor:
        kept = None if self.shortcut is None else self.shortcut(x)
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.bn2(self.conv2(x))
        if self.excite is not None:
            x = self.excite(x)
        return self.relu2(x if kept is None else kept + x)


def _norm(options: ResnetCifarOptions, filters: int) -> nn.Module:
    return nn.BatchNorm2d(filters) if options.batch_norm else nn.Identity()


def _shortcut(options: ResnetCifarOptions, channels: int, filters: int, stride: int) -> nn.Module:
    if stride == 1:
        return nn.Identity()
    if options.shortcut == "A":
        return ZeroPadShortcut(channels, filters)
    return nn.Sequential(nn.Conv2d(channels, filters, 1, stride, bias=False), _norm(options, filters))


class ResnetCifar(nn.Module):
    """(N, C, H, W) to logits (N, num_classes)."""

    layer1: nn.Sequential
    layer2: nn.Sequential
    layer3: nn.Sequential

    def __init__(self, options: ResnetCifarOptions, channels: int, num_classes: int) -> None:
        super().__init__()
        width, blocks = options.width, _blocks_a_stage(options.depth)
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.bn1 = _norm(options, width)
        self.relu = nn.ReLU()
        for stage in range(STAGES):
            before, after = width * 2 ** max(stage - 1, 0), width * 2**stage
            first = Block(options, before, after, 1 if stage == 0 else 2)
            rest = [Block(options, after, after, 1) for _ in range(blocks - 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(first, *rest))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(4 * width, num_classes)
        residual_init(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.head(self.flatten(self.avgpool(x)))


def _blocks_a_stage(depth: int) -> int:
    return (depth - 2) // (2 * STAGES)


def resnet_cifar(options: ResnetCifarOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    return ResnetCifar(options, input_shape[0], num_classes)


def unfit(options: ResnetCifarOptions, facts: Facts) -> str:
    """A depth that is not 6n+2, a picture with nothing left to halve, or too many parameters."""
    lower = 6 * _blocks_a_stage(options.depth) + 2
    if options.depth != lower:
        return f'model.depth is "{options.depth}", but must be 6n+2; the nearest are {lower} and {lower + 6}.'
    weights = 9 * options.width**2 * (2 * _blocks_a_stage(options.depth) * (1 + 4 + 16) - 10)  # of the blocks
    return too_small_to_halve(facts.input_shape, ["layer2", "layer3"]) or too_large(weights, "a smaller width or depth")


ENTRY: Entry[BuildModel] = Entry(
    options=ResnetCifarOptions, build=resnet_cifar, tiny={"depth": 8, "width": 4}, unfit=unfit
)
