"""Blocks that let a place know of others: squeeze-and-excitation, self-attention, a pyramid of dilated convolutions."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from cnn_core.models.blocks import conv_norm_relu


class SqueezeExcite(nn.Module):
    """Each channel times a number 0..1 that the means of all channels decide: (N, C, H, W) to the same shape.

    It knows what is in the picture and not where. Hu et al., 2018; a hidden layer of C / 16, at least 4.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = max(4, channels // 16)
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, hidden, 1)
        self.fc2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.fc2(functional.relu(self.fc1(self.squeeze(x))))
        return x * torch.sigmoid(weights)


class SelfAttention(nn.Module):
    """Every token asks all tokens: (N, T, D) to (N, T, D), with `heads` answers side by side. Vaswani et al., 2017."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.ask = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        count, tokens, width = x.shape
        asked, there, said = self.ask(x).reshape(count, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        # by hand: torch's fused attention takes three times as long with bfloat16 on a processor (2.14)
        shares = (asked @ there.transpose(-2, -1) / (width // self.heads) ** 0.5).softmax(-1)
        joined: Tensor = self.join((shares @ said).transpose(1, 2).reshape(count, tokens, width))
        return joined


class EncoderBlock(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x)): (N, T, D) to (N, T, D). Dosovitskiy et al., 2021."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.dropout(self.attention(self.norm1(x)))
        whole: Tensor = x + self.dropout(self.mlp(self.norm2(x)))
        return whole


class Pyramid(nn.Module):
    """Views of several widths of one map, side by side and joined: (N, width, H, W) to the same shape.

    A 1x1 convolution, a 3x3 one for each rate, and where `whole` the mean of the map. Chen et al., 2017 (atrous spatial
    pyramid pooling).
    """

    def __init__(self, width: int, rates: list[int], whole: bool) -> None:
        super().__init__()
        self.near = nn.Sequential(*conv_norm_relu(width, width, kernel=1))
        self.branches = nn.ModuleList(nn.Sequential(*conv_norm_relu(width, width, rate)) for rate in rates)
        self.whole = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, width, 1), nn.ReLU()) if whole else None
        parts = 1 + len(rates) + whole
        self.join = nn.Sequential(*conv_norm_relu(parts * width, width, kernel=1))

    def forward(self, x: Tensor) -> Tensor:
        parts = [self.near(x), *(branch(x) for branch in self.branches)]
        if self.whole is not None:
            parts.append(self.whole(x).expand(-1, -1, *x.shape[2:]))
        joined: Tensor = self.join(torch.cat(parts, dim=1))
        return joined
