"""What networks for films have in common: each frame becomes a short vector, by the same small network."""

from __future__ import annotations

from pydantic import Field
from torch import Tensor, nn

from cnn_core.base.options import Facts, Options
from cnn_core.models.blocks import Flatten, he_init, too_large, too_small_to_halve


class EncoderOptions(Options):
    """Base of the options of networks that look at each frame by itself first."""

    width: int = Field(16, ge=1, le=256, title="Width", description="Filters of the two convolutions over a frame.")
    features: int = Field(64, ge=1, le=1024, title="Features", description="Numbers that a frame becomes.")


class Encoder(nn.Module):
    """Frames (M, C, H, W) to (M, features): two 3x3 convolutions of stride 2, then one dense layer.

    A global pool instead of the dense layer would cost less and lose where things are, which is what moves.
    """

    def __init__(self, options: EncoderOptions, channels: int, height: int, width: int) -> None:
        super().__init__()
        places = halved(halved(height)) * halved(halved(width))
        self.layers = nn.Sequential(
            nn.Conv2d(channels, options.width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(options.width, options.width, 3, stride=2, padding=1),
            nn.ReLU(),
            Flatten(),
            nn.Linear(options.width * places, options.features),
            nn.ReLU(),
        )
        he_init(self, "relu")  # with torch's own, which are smaller, one LSTM in five was stuck for epochs

    def forward(self, frames: Tensor) -> Tensor:
        return self.layers(frames)


class FrameByFrame(nn.Module):
    """Base: a film (N, T * C, H, W) as the features of its frames (N, T, features)."""

    def __init__(self, options: EncoderOptions, input_shape: tuple[int, int, int], frames: int) -> None:
        super().__init__()
        self.channels = input_shape[0] // frames  # of one frame
        self.encoder = Encoder(options, self.channels, *input_shape[1:])

    def features(self, x: Tensor) -> Tensor:
        count, channels, height, width = x.shape
        found = self.encoder(x.reshape(-1, self.channels, height, width))
        return found.view(count, channels // self.channels, -1)


def halved(side: int) -> int:
    """What a padded 3x3 convolution of stride 2 leaves of a side."""
    return (side + 1) // 2


def unfit(options: EncoderOptions, facts: Facts) -> str:
    """Frames that are too small, or too many weights in the dense layer over them."""
    if small := too_small_to_halve(facts.input_shape, ["encoder.layers.0", "encoder.layers.2"]):
        return small
    places = halved(halved(facts.input_shape[1])) * halved(halved(facts.input_shape[2]))
    return too_large(options.width * places * options.features, "a smaller width or fewer features")
