"""A small network predicts the next frame of a film with less than half of the error of copying the last one.

Copying the last frame is the usual baseline, and a strong one where little moves. Here a figure moves one or two pixels
in one of eight directions and comes back round the edges: a network of three convolutions gets the frames before, and
is taught to give the next one with the least squared error. The noise of each frame is new, so its variance is an error
that nobody can avoid; the baseline pays it twice, for its own frame is noisy as well. So it is also said what is left
of the avoidable error, that of the baseline beyond the noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict
from cnn_core.labs.filming import DATA, SHOWN

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from torch import nn

    from cnn_core.labs.bench import Bench

SHARE = 0.5
BATCH, LR = 64, 5e-3
WIDTH = 16


class NextFrameOptions(Options):
    films: int = Field(4300, ge=160, le=50_000, title="Films", description="Drawn in all; 70% of them train.")
    frames: int = Field(6, ge=3, le=16, title="Frames", description="The last one is predicted from those before.")
    size: int = Field(16, ge=8, le=64, title="Size", description="Side of the frames, in pixels.")
    noise: float = Field(0.1, ge=0, le=0.5, title="Noise", description="Its deviation, of the range of brightness.")
    epochs: int = Field(12, ge=1, le=50, title="Epochs", description="Of the training.")


def measure(options: NextFrameOptions, seed: int, bench: Bench) -> Reading:
    """Train on the squared error; errors on the test films, of brightness 0..1, at the end and by epoch."""
    import torch

    from cnn_core.labs.asking import split_of

    chosen = {"count": options.films, "size": options.size, "frames": options.frames, "noise": options.noise}
    films = {split: _floats(split_of(DATA, split, **chosen, seed=seed).pictures) for split in ("train", "test")}
    clean = _floats(split_of(DATA, "test", **{**chosen, "noise": 0.0}, seed=seed).pictures)[:, -1:]
    test, truth = films["test"][:, :-1], films["test"][:, -1:]
    torch.manual_seed(seed)
    model = _network(options.frames - 1)
    curve = []
    for epoch in _train(model, films["train"], options.epochs, bench):
        with torch.inference_mode():
            said = model(test)
        curve.append((float(epoch), _error(said, truth)))
    model_error, copy_error, noise = (_error(one, truth) for one in (said, test[:, -1:], clean))
    numbers = {
        "error_model": model_error,
        "error_copy": copy_error,
        "error_noise": noise,
        "ratio": model_error / copy_error,
        "avoidable_left": (model_error - noise) / (copy_error - noise),
    }
    rows = {"The last frame, which is copied": test[:, -1:], "The next frame": truth, "What is predicted": said}
    ends = (1.0, float(options.epochs))
    return Reading(
        numbers,
        {
            "network": curve,
            "copying the last frame": [(epoch, copy_error) for epoch in ends],
            "noise alone": [(epoch, noise) for epoch in ends],
        },
        {words: _shown(row) for words, row in rows.items()},
    )


def _network(frames: int) -> nn.Module:
    """(N, frames, H, W) of brightness 0..1 to the next frame (N, 1, H, W); it looks round the edges, as figures go."""
    from torch import nn

    def conv(before: int, after: int, kernel: int) -> nn.Module:
        return nn.Conv2d(before, after, kernel, padding=kernel // 2, padding_mode="circular")

    return nn.Sequential(conv(frames, WIDTH, 5), nn.ReLU(), conv(WIDTH, WIDTH, 5), nn.ReLU(), conv(WIDTH, 1, 3))


def _train(model: nn.Module, films: torch.Tensor, epochs: int, bench: Bench) -> Iterator[int]:
    """Adam on the squared error, its step falling to nothing; yields after each epoch."""
    import torch

    steps = len(films) // BATCH + 1
    optimizer = torch.optim.Adam(model.parameters(), LR)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=epochs * steps)
    for epoch in range(1, epochs + 1):
        bench.say(f"epoch {epoch} of {epochs}")
        for batch in torch.randperm(len(films)).tensor_split(steps):
            loss = (model(films[batch, :-1]) - films[batch, -1:]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            bench.look()
        yield epoch


def _floats(films: NDArray[np.uint8]) -> torch.Tensor:
    """Films uint8 (N, H, W, T) as brightness 0..1, (N, T, H, W)."""
    import torch

    return torch.from_numpy(films.transpose(0, 3, 1, 2).copy()).float() / 255


def _error(said: torch.Tensor, true: torch.Tensor) -> float:
    """The mean squared error."""
    return float((said - true).square().mean())


def _shown(frames: torch.Tensor) -> NDArray[np.uint8]:
    pixels = (255 * frames[:SHOWN]).round().clamp(0, 255).byte()
    return pixels.permute(0, 2, 3, 1).numpy()


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    model, copied, ratio = numbers["error_model"], numbers["error_copy"], numbers["ratio"]
    said = (
        f"squared error {model:.4f}, of copying {copied:.4f}, of noise alone {numbers['error_noise']:.4f}; "
        f"{max(0.0, numbers['avoidable_left']):.0%} of the avoidable error is left"
    )
    if ratio <= SHARE:
        return "confirmed", f"It errs {ratio:.2f} times as much as copying; {said}."
    if ratio >= 1:
        return "refuted", f"Copying is as good; {said}."
    return "not at this scale", f"It is better than copying, but errs {ratio:.2f} times as much; {said}."


ENTRY: Entry[Lab] = Entry(
    options=NextFrameOptions,
    build=Lab(
        title="The next frame",
        varies="Who says what the next frame looks like: a small network, or the last frame itself.",
        rule=f"Confirmed when the network's squared error is at most {SHARE:g} times that of copying; refuted when it "
        "is no smaller.",
        numbers={
            "error_model": "Mean squared error of the network on the test films, of brightness 0 to 1.",
            "error_copy": "Of copying the last frame.",
            "error_noise": "Of knowing the next frame but for its noise: nobody can be better on average.",
            "ratio": "The network's error as a share of that of copying.",
            "avoidable_left": "What the network errs beyond the noise, as a share of what copying does.",
        },
        measure=measure,
        judge=judge,
        next="Give it 3 frames: two before the one to be said. It still sees the motion. Then let the noise rise to "
        "0.5.",
        seconds=45,
        chart=Chart("Error on test films", "epoch", "mean squared error", log=True),
    ),
    tiny={"films": 160, "size": 8, "frames": 3, "epochs": 1},
)
