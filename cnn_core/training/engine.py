"""The training loop, to be read in one sitting.

An epoch is cut into stretches that end at a validation. Within a stretch the device is never waited for: losses stay
in a small ring on the device and are read every `READ_EVERY` steps at most, which is also when a loss that is not
finite is found. Everything else (journal, checkpoints, stop) happens between steps, by `Reporter`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnn_core.base.errors import Failed
from cnn_core.jobs.interrupts import Interrupted
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.training.feed import Feed
from cnn_core.training.precision import autocast
from cnn_core.training.regularizing import mixup, shrink
from cnn_core.training.scoring import ScoreOf, of_pictures

READ_EVERY = 20  # steps
CHECKPOINT_EVERY = 60.0  # seconds
EVALUATION_BATCH = 64


class Diverged(Failed):
    """The loss became infinite or not a number."""


@dataclass
class Progress:
    """Where training is: plain numbers, part of every checkpoint."""

    epoch: int = 0  # epochs ended
    batch: int = 0  # steps done in the epoch that has begun
    step: int = 0  # steps done in all
    bad_epochs: int = 0  # ended since the validation loss last fell
    lowest: float | None = None  # validation loss
    best: dict[str, Any] | None = None  # epoch, step, val_loss, val_accuracy of the best epoch
    seconds: float = 0.0  # wall time inside steps
    images: int = 0  # pictures trained
    loss_sum: float = 0.0  # of the epoch that has begun, weighted by pictures
    seen: int = 0  # pictures of the epoch that has begun
    validated: int | None = None  # step of the last validation: a stop during one leaves it to the resume

    def end_epoch(self, row: dict[str, Any]) -> None:
        """Count an epoch that ended with this validation; the best has the lowest loss, the later one on a tie."""
        self._count_epoch()
        loss = row["val_loss"]
        self.bad_epochs = 0 if self.lowest is None or loss < self.lowest else self.bad_epochs + 1
        if self.lowest is None or loss <= self.lowest:
            self.lowest = loss
            self._keep(row)

    def end_epoch_as_best(self, row: dict[str, Any]) -> None:
        """Count an epoch of a training that has no validation loss: the last one answers."""
        self._count_epoch()
        self._keep(row)

    def _count_epoch(self) -> None:
        self.epoch, self.batch, self.loss_sum, self.seen = self.epoch + 1, 0, 0.0, 0

    def _keep(self, row: dict[str, Any]) -> None:
        kept = ("step", "val_loss", "val_accuracy", "train_loss", "train_accuracy")
        self.best = {"epoch": self.epoch, **{key: row[key] for key in kept}}

    def out_of_patience(self, patience: int) -> bool:
        """Whether the last epoch and the `patience` before it all failed to lower the loss; 0: never."""
        return bool(patience) and self.bad_epochs > patience


class Reporter(Protocol):
    """Who is told, and who may interrupt."""

    def steps(self, progress: Progress, first: int, losses: list[float], lr: float) -> None: ...
    def validated(self, progress: Progress, row: dict[str, Any], wrong: dict[int, int], total: int) -> None: ...
    def drawn(self, row: dict[str, Any], pictures: NDArray[np.uint8]) -> None: ...
    def save(self, checkpoint: Checkpoint) -> None: ...
    def interrupted(self) -> bool: ...


@dataclass
class Trainer:
    """All that a training needs. `fit` runs it to its end, to an interruption, or raises `Diverged`."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    loss: Callable[[Tensor, Tensor], Tensor]
    factor: Callable[[int, int], float]  # of the learning rate: (step, steps)
    feed: Feed
    validation: tuple[Tensor, Tensor]  # uint8 pictures as preprocessed (N, H, W, C), targets (N,)
    reporter: Reporter
    lr: float
    epochs: int
    steps_per_epoch: int
    validations: int
    patience: int
    device: str
    precision: str
    progress: Progress = field(default_factory=Progress)

    score: ScoreOf = of_pictures
    mixup: float = 0.0  # alpha; 0: off
    l1: float = 0.0

    def __post_init__(self) -> None:
        self.correct = torch.zeros((), dtype=torch.int64, device=self.device)
        self.ring = torch.zeros(READ_EVERY, device=self.device)
        self.unread: list[int] = []  # batch sizes of the losses in the ring
        self.saved_at = time.monotonic()

    # ------------------------------------------------------------ the loop

    def fit(self) -> bool:
        """Train on from `progress`. True when training has come to its end, False when interrupted."""
        while self.progress.epoch < self.epochs and not self.progress.out_of_patience(self.patience):
            self.feed.start_epoch(self.progress.epoch)
            try:
                self._epoch()
            except Interrupted:
                self.save()
                return False
        return True

    def _epoch(self) -> None:
        """One epoch, or what is left of it."""
        self.model.train()
        for stretch in range(1, self.validations + 1):
            end = round(stretch * self.steps_per_epoch / self.validations)
            if not self._is_done(end):
                self._steps(end)
                self._validate(last=end == self.steps_per_epoch)

    def _is_done(self, end: int) -> bool:
        """Whether a stretch was done before a resume, or has no step (more validations than steps)."""
        progress = self.progress
        return progress.batch > end or (progress.batch == end and (end == 0 or progress.validated == progress.step))

    def _steps(self, end: int) -> None:
        """Steps up to `end` of this epoch."""
        progress, began = self.progress, time.perf_counter()
        while progress.batch < end:
            self._step(*self.feed.batch(progress.batch))
            progress.batch += 1
            progress.step += 1
            between = progress.batch < end
            stop = between and self.reporter.interrupted()
            due = between and time.monotonic() - self.saved_at > CHECKPOINT_EVERY
            if len(self.unread) == READ_EVERY or stop or due or not between:
                self._stop_clock(began)
                self._read()
                if stop:
                    raise Interrupted
                if due:
                    self.save()
                began = time.perf_counter()

    def _step(self, images: Tensor, targets: Tensor) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self._lr()
        mixed = mixup(images, targets, self.mixup) if self.mixup else None
        with autocast(self.device, self.precision):
            logits = self.model(mixed.images if mixed else images)
        loss = mixed.loss(self.loss, logits.float()) if mixed else self.loss(logits.float(), targets)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        if self.l1:
            shrink(self.model, self.l1)
        self.optimizer.step()
        self.ring[len(self.unread)] = loss.detach()
        self.correct += (logits.detach().argmax(1) == targets).sum()
        self.unread.append(len(targets))

    def rehearse(self, batches: Iterable[int]) -> None:
        """Steps on these batches of the epoch that the feed has begun, at most `READ_EVERY`; then wait for the device.

        For whoever times steps: nobody is told of them, and `progress` stays.
        """
        for number in batches:
            self._step(*self.feed.batch(number))
        self.unread = []
        if self.device == "cuda":
            torch.cuda.synchronize()

    def _lr(self) -> float:
        return self.lr * self.factor(self.progress.step, self.epochs * self.steps_per_epoch)

    def _stop_clock(self, began: float) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()
        self.progress.seconds += time.perf_counter() - began

    def _read(self) -> None:
        """Read the losses since the last time: the only place where the device is waited for within an epoch."""
        losses, sizes = self.ring[: len(self.unread)].tolist(), self.unread
        first = self.progress.step - len(sizes) + 1
        self.unread = []
        for number, (loss, size) in enumerate(zip(losses, sizes, strict=True)):
            if not math.isfinite(loss):
                self.reporter.steps(self.progress, first, losses[: number + 1], self._lr())
                raise Diverged(self._diverged(first + number))
            self.progress.loss_sum += loss * size
            self.progress.seen += size
            self.progress.images += size
        if losses:
            self.reporter.steps(self.progress, first, losses, self._lr())

    def _diverged(self, step: int) -> str:
        kept = "nothing is lost, for it had learned nothing yet"
        if self.progress.best is not None:
            kept = f"the weights of epoch {self.progress.best['epoch']} are kept"
        return f"Stopped at step {step}: the loss became infinite. The learning rate {self.lr:g} is too high; {kept}."

    # ------------------------------------------------------------ between the steps

    def _validate(self, *, last: bool) -> None:
        began = time.perf_counter()
        logits = evaluate(self.model, self.feed, self.validation[0], self._look)
        targets = self.validation[1]
        loss, score = float(self.loss(logits, targets)), self.score(logits, targets)
        progress = self.progress
        if not math.isfinite(loss):
            raise Diverged(self._diverged(progress.step))
        row = {
            "epoch": progress.epoch + progress.batch / self.steps_per_epoch,
            "step": progress.step,
            "whole": last,
            "train_loss": progress.loss_sum / progress.seen,
            "train_accuracy": int(self.correct) / (progress.seen * targets[0].numel()),
            "val_loss": loss,
            "val_accuracy": score.accuracy,
            **score.more,
            "lr": self._lr(),
            "seconds": time.perf_counter() - began,
        }
        progress.validated = progress.step
        if last:
            progress.end_epoch(row)
            self.correct.zero_()
        self.reporter.validated(progress, row, score.wrong, len(targets))
        if last:
            self.save()

    def _look(self) -> None:
        if self.reporter.interrupted():
            raise Interrupted

    # ------------------------------------------------------------ checkpoints

    def save(self) -> None:
        """Hand a checkpoint of this moment to the reporter."""
        self.reporter.save(Checkpoint(self.model.state_dict(), self._tensors(), asdict(self.progress)))
        self.saved_at = time.monotonic()

    def _tensors(self) -> dict[str, Tensor]:
        """What a resume needs beside weights and progress."""
        return {"correct": self.correct, **optimizer_tensors(self.optimizer), **_random_state(self.device)}

    def restore(self, checkpoint: Checkpoint) -> None:
        """Be as when the checkpoint was made: to the bit, on the same machine with the same threads."""
        self.model.load_state_dict(checkpoint.model)
        self._take(checkpoint.state)
        self.progress = Progress(**checkpoint.progress)

    def _take(self, state: dict[str, Tensor]) -> None:
        """What `_tensors` gave."""
        restore_optimizer(self.optimizer, state)
        _restore_random(state, self.device)
        self.correct.copy_(state["correct"])


@torch.inference_mode()
def evaluate(model: nn.Module, feed: Feed, pictures: Tensor, look: Callable[[], None] = lambda: None) -> Tensor:
    """Logits float32 (N, K), of pixels (N, K, H, W), of preprocessed uint8 pictures (N, H, W, C); it trains on after.

    `look` is called before each batch and may raise to interrupt.
    """
    was_training = model.training
    model.eval()
    logits = []
    try:
        for batch in torch.split(pictures, EVALUATION_BATCH):
            look()
            logits.append(model(feed.preprocessing.tensor(batch)))
    finally:
        model.train(was_training)
    return torch.cat(logits)


def optimizer_tensors(optimizer: torch.optim.Optimizer, called: str = "optimizer") -> dict[str, Tensor]:
    """The optimizer's state as named tensors: `optimizer.INDEX.KEY`. All of PyTorch's is tensors or numbers."""
    found = {}
    for index, values in optimizer.state_dict()["state"].items():
        for key, value in values.items():
            if value is not None:
                found[f"{called}.{index}.{key}"] = torch.as_tensor(value)
    return found


def restore_optimizer(optimizer: torch.optim.Optimizer, state: dict[str, Tensor], called: str = "optimizer") -> None:
    """Give an optimizer the state that `optimizer_tensors` made of it."""
    values: dict[int, dict[str, Tensor]] = {}
    for name, tensor in state.items():
        if name.startswith(f"{called}."):
            _, index, key = name.split(".", 2)
            values.setdefault(int(index), {})[key] = tensor.clone()
    optimizer.load_state_dict({**optimizer.state_dict(), "state": values})


def _random_state(device: str) -> dict[str, Tensor]:
    state = {"random.cpu": torch.get_rng_state()}
    if device == "cuda":
        state["random.cuda"] = torch.cuda.get_rng_state()
    return state


def _restore_random(state: dict[str, Tensor], device: str) -> None:
    torch.set_rng_state(state["random.cpu"])
    if device == "cuda" and "random.cuda" in state:
        torch.cuda.set_rng_state(state["random.cuda"])
