"""Two networks that teach each other, on the same loop, checkpoints and stops as any training.

A step: the discriminator learns from a batch of real pictures and one that the generator draws, then the generator from
what the discriminator now says of the same drawn ones. There is no validation loss: at a validation the generator draws
from noise that stays the same, which shows how it goes on, and the last epoch is the one that answers.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from cnn_core.models.drawing import draw, noise
from cnn_core.optimization.adversarial import AdversarialLoss
from cnn_core.training.engine import EVALUATION_BATCH, Trainer, optimizer_tensors, restore_optimizer
from cnn_core.training.precision import autocast

if TYPE_CHECKING:
    from cnn_core.models.generators import Pair

SAMPLES = 64  # pictures drawn at each validation, from the same noise
LOOKED_AT = 1_000  # validation pictures that the discriminator is asked of, at most
KEPT = ("d_loss", "g_loss", "d_real", "d_fake")  # means since the last validation


@dataclass(kw_only=True)
class AdversarialTrainer(Trainer):
    """A `Trainer` whose model is a `generators.Pair` and whose `optimizer` is the generator's.

    critic: the discriminator's optimizer. game: the loss, with its options. seed: of the noise that stays the same.
    """

    critic: torch.optim.Optimizer
    game: AdversarialLoss
    options: Any
    seed: int

    def __post_init__(self) -> None:
        super().__post_init__()
        self.pair = cast("Pair", self.model)
        self.sums = torch.zeros(len(KEPT) + 1, device=self.device)  # weighted by pictures; the last counts them
        scale = torch.tensor(self.feed.preprocessing.multiply, device=self.device)
        add = torch.tensor(self.feed.preprocessing.add, device=self.device)
        self.multiply = (127.5 * scale)[:, None, None]
        self.add = (127.5 * scale + add)[:, None, None]

    def _step(self, images: Tensor, targets: Tensor) -> None:
        pair, count = self.pair, len(images)
        for optimizer in (self.optimizer, self.critic):
            for group in optimizer.param_groups:
                group["lr"] = self._lr()
        drawn = self._drawn(count)
        with autocast(self.device, self.precision):
            real, fake = pair.discriminator(images).float(), pair.discriminator(drawn.detach()).float()
        d_loss = self.game.discriminator(self.options, real, fake)
        self._update(self.critic, d_loss)
        for weight in pair.discriminator.parameters():  # the generator's turn: gradients go through it, not to it
            weight.requires_grad_(False)
        with autocast(self.device, self.precision):
            said = pair.discriminator(drawn).float()
        g_loss = self.game.generator(self.options, said)
        self._update(self.optimizer, g_loss)
        for weight in pair.discriminator.parameters():
            weight.requires_grad_(True)
        self.ring[len(self.unread)] = g_loss.detach()
        one = torch.stack([d_loss, g_loss, real.sigmoid().mean(), fake.sigmoid().mean(), torch.ones_like(g_loss)])
        self.sums += count * one.detach()
        self.unread.append(count)

    def _drawn(self, count: int) -> Tensor:
        """As many pictures from fresh noise, scaled as the discriminator gets real ones."""
        with autocast(self.device, self.precision):
            made: Tensor = self.pair.generator(torch.randn(count, self.pair.latent, device=self.device))
        return made.float() * self.multiply + self.add

    def _update(self, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        optimizer.step()

    # ------------------------------------------------------------ between the steps

    def _validate(self, *, last: bool) -> None:
        began, progress = time.perf_counter(), self.progress
        said = self._said()
        *means, count = self.sums.tolist()
        numbers = {name: value / count for name, value in zip(KEPT, means, strict=True)}
        samples = draw(self.pair, noise(SAMPLES, self.pair.latent, self.seed))
        row = {
            "epoch": progress.epoch + progress.batch / self.steps_per_epoch,
            "step": progress.step,
            "whole": last,
            "train_loss": numbers["g_loss"],
            "train_accuracy": None,
            "val_loss": None,
            "val_accuracy": None,
            **numbers,
            "d_val": float(said.sigmoid().mean()),
            "lr": self._lr(),
            "seconds": time.perf_counter() - began,
        }
        self.sums.zero_()
        progress.validated = progress.step
        if last:
            progress.end_epoch_as_best(row)
        self.reporter.drawn(row, samples)
        if last:
            self.save()

    @torch.no_grad()
    def _said(self) -> Tensor:
        """Logits of validation pictures as it learns from others: in batches of their own, and nothing of them stays.

        In eval mode it would say something else: its running means follow real and drawn batches by turns.
        """
        discriminator, found = self.pair.discriminator, []
        before = [buffer.clone() for buffer in discriminator.buffers()]
        try:
            for batch in torch.split(self.validation[0][:LOOKED_AT], EVALUATION_BATCH):
                self._look()
                found.append(discriminator(self.feed.preprocessing.tensor(batch)).float())
        finally:
            for buffer, kept in zip(discriminator.buffers(), before, strict=True):
                buffer.copy_(kept)
        return torch.cat(found)

    # ------------------------------------------------------------ checkpoints

    def _tensors(self) -> dict[str, Tensor]:
        return {**super()._tensors(), "sums": self.sums, **optimizer_tensors(self.critic, "critic")}

    def _take(self, state: dict[str, Tensor]) -> None:
        super()._take(state)
        restore_optimizer(self.critic, state, "critic")
        self.sums.copy_(state["sums"])
