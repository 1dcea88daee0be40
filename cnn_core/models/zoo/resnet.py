"""ResNet: the standard residual network, with 18, 34, 50, 101 or 152 layers.

Four stages; depths 18 and 34 use blocks of two 3x3 convolutions, the deeper ones bottlenecks (1x1, 3x3 with the stride,
1x1). Pictures of 64 pixels and more first go through a 7x7 convolution and a pooling that leave a sixteenth of the
places; smaller ones through a 3x3 convolution that keeps them all (the stem usual for CIFAR). Layers are named as in
torchvision, so its weights load. Takes (N, C, H, W), gives logits (N, classes). He, Zhang, Ren and Sun, 2015.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.blocks import residual_init, too_small_to_halve
from cnn_core.models.zoo import BuildModel

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
LARGE = 64  # pixels: from here on torchvision's stem


class ResnetOptions(Options):
    depth: Literal[18, 34, 50, 101, 152] = Field(
        18, title="Depth", description="Layers with weights; from 50 on the blocks are bottlenecks."
    )


class BasicBlock(nn.Module):
    """relu(shortcut(x) + two 3x3 convolutions), (N, C, H, W) to (N, width, H/stride, W/stride)."""

    expansion = 1

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu2 = nn.ReLU()
        self.downsample = _downsample(channels, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        kept = self.downsample(x)
        x = self.relu1(self.bn1(self.conv1(x)))
        return self.relu2(kept + self.bn2(self.conv2(x)))


class Bottleneck(nn.Module):
    """relu(shortcut(x) + 1x1, 3x3, 1x1 convolutions), (N, C, H, W) to (N, 4 width, H/stride, W/stride)."""

    expansion = 4

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu2 = nn.ReLU()
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.relu3 = nn.ReLU()
        self.downsample = _downsample(channels, 4 * width, stride)

    def forward(self, x: Tensor) -> Tensor:
        kept = self.downsample(x)
        x = self.relu1(self.bn1(self.conv1(x)))
        x = self.relu2(self.bn2(self.conv2(x)))
        return self.relu3(kept + self.bn3(self.conv3(x)))


def _downsample(channels: int, filters: int, stride: int) -> nn.Module:
    """The shortcut: nothing where the shapes agree, else a 1x1 convolution."""
    if stride == 1 and channels == filters:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))


class Resnet(nn.Module):
    """(N, C, H, W) to logits (N, num_classes)."""

    layer1: nn.Sequential
    layer2: nn.Sequential
    layer3: nn.Sequential
    layer4: nn.Sequential

    def __init__(self, depth: int, channels: int, large: bool, num_classes: int) -> None:
        super().__init__()
        if large:
            self.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
        else:
            self.conv1 = nn.Conv2d(channels, 64, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if large else nn.Identity()
        block = BasicBlock if depth < 50 else Bottleneck
        before = 64
        for stage, blocks in enumerate(BLOCKS[depth]):
            width = 64 * 2**stage
            after = block.expansion * width
            first = block(before, width, 1 if stage == 0 else 2)
            setattr(
                self, f"layer{stage + 1}", nn.Sequential(first, *(block(after, width, 1) for _ in range(1, blocks)))
            )
            before = after
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(before, num_classes)
        residual_init(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.flatten(self.avgpool(x)))


def resnet(options: ResnetOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    channels, height, width = input_shape
    return Resnet(options.depth, channels, min(height, width) >= LARGE, num_classes)


def unfit(options: ResnetOptions, facts: Facts) -> str:
    """A picture with nothing left to halve."""
    return too_small_to_halve(facts.input_shape, ["layer2", "layer3", "layer4"])


ENTRY: Entry[BuildModel] = Entry(options=ResnetOptions, build=resnet, tiny={"depth": 18}, unfit=unfit)
