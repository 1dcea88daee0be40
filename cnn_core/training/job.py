"""The job of training a run: from its folder to its end, whatever that is. The same for a worker and the foreground."""

from __future__ import annotations

import math
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from cnn_core.base.errors import UserError
from cnn_core.base.files import atomic_write, plain, sealed, unseal
from cnn_core.base.locks import Lock
from cnn_core.data.sets import DataSet
from cnn_core.experiment import GENERATION, Experiment, Pretrained, fit_preprocessing, load_data
from cnn_core.jobs import devices, journal, memory
from cnn_core.jobs.interrupts import Interrupted, stop_on_signals
from cnn_core.jobs.job import Job, now
from cnn_core.jobs.queue import UNBEGUN
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.runs import checkpoints, samples
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.runs.leftovers import sweep
from cnn_core.runs.loaded import Run
from cnn_core.runs.run import RunFolder
from cnn_core.training.bringing import bring
from cnn_core.training.engine import Diverged, Progress, Trainer
from cnn_core.training.environment import differences, environment
from cnn_core.training.failures import MEMORY, what_failed
from cnn_core.training.hold import Gone, Hold
from cnn_core.training.making import make_trainer
from cnn_core.training.precision import resolve_device
from cnn_core.training.scoring import task_numbers

SAY_EVERY = 0.5  # seconds between two lines of steps in the journal, at least

Show = Callable[[dict[str, Any]], None]


def work(job: Job, lock: Lock) -> int:
    """What a worker process calls; returns the exit code."""
    return 0 if run(RunFolder(job.folder), lock=lock)["status"] in ("done", "stopped") else 1


def run(folder: RunFolder, show: Show = lambda event: None, lock: Lock | None = None) -> dict[str, Any]:
    """Train a queued or stopped run to its end; returns its record. A finished run is left as it is.

    Args:
        folder: the run. show: told what happens, for a progress bar: dicts with `kind` = waiting, started, steps,
            validation, ended; bringing and fetching where the network was trained elsewhere. lock: the run's, where the
            caller holds it; else it is taken.

    Raises:
        UserError: another process works on the run. Failed: its folder was deleted, or another took it.
    """
    with folder.lock() if lock is None else nullcontext(lock) as held:
        if folder.stored()["status"] != "done":
            training = _Training(folder, Hold(folder, held), show)
            training.run()
            folder = training.folder  # it may have been moved
            folder.clear_stop()
    return folder.record()


@dataclass
class _Training:
    """One sitting of training on a run. Also the engine's `Reporter`."""

    folder: RunFolder
    hold: Hold
    show: Show
    said_at: float = 0.0
    began: float = 0.0
    first_step: int = 0
    steps_per_epoch: int = 1
    steps_in_all: int = 0
    progress: Progress | None = None  # none before the trainer is made: then the state keeps its numbers

    # ------------------------------------------------------------ from beginning to end

    def run(self) -> None:
        try:
            with stop_on_signals(self.hold.asked):
                self._run()
        except Interrupted:
            self._end("stopped", "device" if self.hold.taken else "asked", self._where_it_stopped())
        except KeyboardInterrupt:
            self._end("stopped", "asked", "Interrupted. What was saved is kept; Resume goes on from there.")
        except Diverged as error:
            self._end("failed", "diverged", str(error))
        except MemoryError:
            self._end("failed", "memory", MEMORY)
        except Exception as error:  # noqa: BLE001 - the last resort: say it in the state, keep the trace in the log
            if isinstance(error, Gone) or not self.folder.folder.exists():
                self.folder = self.hold.follow()
                self._end("stopped", "moved", _MOVED)
            elif isinstance(error, UserError):
                self._end("failed", "error", str(error))
            else:
                self._trace()
                self._end(*what_failed(error))

    def _run(self) -> None:
        experiment = self.folder.experiment()
        sweep(self.folder.folder)
        if isinstance(experiment, Pretrained):
            return self._bring(experiment)
        means = self._means(experiment)
        with self._device(means["device"]) as self.hold.device:
            self.look()
            started = self.folder.stored()["started"] or now()
            fresh = {"reason": "", "message": "", "waiting_for": "", "ended": None, "memory_mark": memory.mark()}
            self.folder.update(status="running", started=started, **fresh)
            trainer = self._trainer(experiment, means)
            self.show({"kind": "started", "record": self.folder.record()})
            if not trainer.fit():
                raise Interrupted
            if experiment.task != GENERATION:  # there is nothing to predict
                self._test()
            self._end("done", "", "")

    def _bring(self, settings: Pretrained) -> None:
        """Bring a network that was trained elsewhere; there is nothing to train, and no device to wait for."""
        self.look()
        fresh = {"reason": "", "message": "", "waiting_for": "", "ended": None, "bytes": 0, "total": 0}
        self.folder.update(status="running", started=now(), **fresh)
        self.show({"kind": "bringing", "record": self.folder.record()})
        try:
            said = bring(self.folder, settings, self._came, self.interrupted)
        except Interrupted:
            return self._end(
                "stopped", "asked", "Cancelled; nothing of the weights was kept. Resume fetches them anew."
            )
        self._end("done", "", said)

    def _came(self, count: int, total: int) -> None:
        """So many bytes of weights have come."""
        moment = time.monotonic()
        if moment - self.said_at >= SAY_EVERY:
            self.said_at = moment
            self.folder.update(bytes=count, total=total)
            self.show({"kind": "fetching", "bytes": count, "total": total})

    def _where_it_stopped(self) -> str:
        why, progress = f"{self.hold.taken}. " if self.hold.taken else "", self.progress
        if progress is None:
            begun = self.folder.stored().get("step")
            return f"{why}Stopped while it waited. Resume goes on." if begun else f"{why}{UNBEGUN}"
        exact = progress.step / self.steps_per_epoch
        where = f"at epoch {exact:.1f}" if progress.batch else f"after epoch {progress.epoch}"
        return f"{why}Stopped {where}. Resume goes on from there."

    def _means(self, experiment: Experiment) -> dict[str, Any]:
        """The environment as the run began: device, precision and threads stay, for a resume gives the same bits."""
        path = self.folder.folder / "environment.json"
        notice = ""
        if path.exists():
            means = unseal(path)
            resolve_device(means["device"])
            if notice := differences(means):
                self.log(notice)
        else:
            means = environment(experiment.train)
            atomic_write(path, sealed(means))
        torch.set_num_threads(means["threads"])
        self.folder.update(notice=notice, **{key: means[key] for key in ("device", "precision", "threads")})
        return means

    def _device(self, device: str) -> Lock:
        def waiting(holder: str) -> None:
            self.folder.update(status="queued", reason="", message="", waiting_for=holder)
            self.log(f"waiting for {device}, which {holder or 'another job'} uses")
            self.show({"kind": "waiting", "device": device, "holder": holder})

        return devices.take(device, self.folder.id, waiting, self.look)

    # ------------------------------------------------------------ making the trainer

    def _trainer(self, experiment: Experiment, means: dict[str, Any]) -> Trainer:
        data = load_data(experiment.data)
        self.look()
        preprocessing = self._preprocessing(experiment, data)
        self.look()
        trainer = make_trainer(experiment, data, preprocessing, means, self)
        self._restore(trainer)
        self.progress, self.steps_per_epoch = trainer.progress, trainer.steps_per_epoch
        self.steps_in_all = trainer.epochs * trainer.steps_per_epoch
        self.began, self.first_step = time.monotonic(), trainer.progress.step
        self.folder.update(parameters=sum(part.numel() for part in trainer.model.parameters()))
        return trainer

    def _preprocessing(self, experiment: Experiment, data: DataSet) -> Preprocessing:
        """Fitted on the training split once; a resume uses what was stored."""
        path = self.folder.folder / "preprocessing.json"
        if path.exists():
            return Preprocessing.from_record(unseal(path))
        fitted = fit_preprocessing(experiment, data.splits["train"].pictures)
        atomic_write(path, sealed(fitted.record()))
        return fitted

    def _restore(self, trainer: Trainer) -> None:
        checkpoint, damaged = checkpoints.latest(self.folder.checkpoints, trainer.model)
        for sentence in damaged:
            self.log(sentence)
        self._notice(*damaged)
        if checkpoint is None:
            self.log("started")
            self._journal("started" if not damaged else "restarted")
            return
        trainer.restore(checkpoint)
        self.log(f"resumed at step {trainer.progress.step}")
        self._journal("resumed", step=trainer.progress.step)

    def _notice(self, *sentences: str) -> None:
        """What the user should know of this run, beside what was said in this sitting already."""
        if any(sentences):
            self.folder.update(notice=" ".join(filter(None, [self.folder.stored()["notice"], *sentences])))

    # ------------------------------------------------------------ what the engine reports

    def steps(self, progress: Progress, first: int, losses: list[float], lr: float) -> None:
        moment, last = time.monotonic(), first + len(losses) - 1
        if not math.isfinite(losses[-1]):  # the last of this run: every loss on the way there is worth a line
            for step, loss in enumerate(losses, first):
                self._journal("steps", step=step, epoch=step / self.steps_per_epoch, loss=loss, lr=lr)
            return
        if moment - self.said_at < max(SAY_EVERY, (moment - self.began) / 400) and last < self.steps_in_all:
            return
        self.said_at = moment
        row = {
            "step": last,
            "epoch": round(last / self.steps_per_epoch, 4),
            "loss": losses[-1],
            "lr": lr,
            "images_per_second": progress.images / progress.seconds if progress.seconds else None,
            "seconds_left": (moment - self.began) / max(1, last - self.first_step) * (self.steps_in_all - last),
        }
        self._journal("steps", **row)
        self.show({"kind": "steps", **row})

    def validated(self, progress: Progress, row: dict[str, Any], wrong: dict[int, int], total: int) -> None:
        wall = {"epoch": row["epoch"], "wrong": wrong, "total": total}
        atomic_write(self.folder.folder / "wall.json", plain(wall), sync=False)
        self._journal("validation", **row)
        self.log(
            f"epoch {row['epoch']:.2f}  loss {row['train_loss']:.4f}  accuracy {row['train_accuracy']:.1%}  "
            f"validation loss {row['val_loss']:.4f}  accuracy {row['val_accuracy']:.1%}"
        )
        self.show({"kind": "validation", **row})

    def drawn(self, row: dict[str, Any], pictures: NDArray[np.uint8]) -> None:
        samples.keep(self.folder.folder, row["step"], pictures)
        self._journal("validation", **row)
        self.log(
            f"epoch {row['epoch']:.2f}  losses: discriminator {row['d_loss']:.3f}, generator {row['g_loss']:.3f}  "
            f"D says real of real {row['d_real']:.2f}, of drawn {row['d_fake']:.2f}"
        )
        self.show({"kind": "validation", **row})

    def save(self, checkpoint: Checkpoint) -> None:
        journal.sync(self.folder.journal_path)  # first: a checkpoint never goes further than its curve
        checkpoints.save(self.folder.checkpoints, checkpoint)
        self.folder.update(**self._numbers())

    def interrupted(self) -> bool:
        return self.hold.interrupted()

    def look(self) -> None:
        """Raise where training must not go on; see `Hold.look`."""
        if self.interrupted():
            raise Interrupted

    # ------------------------------------------------------------ the end

    def _test(self) -> None:
        """Predict validation and test pictures with the weights of the best epoch, and keep the logits."""
        done = Run(self.folder)
        for split in ("val", "test"):
            found = done.predictions(split, self.look)
            right = float((found.logits.argmax(1) == found.targets).mean())
            if split == "test":
                self.folder.update(test_accuracy=right, **task_numbers(found.logits, found.targets))
        self._notice(done.notice)

    def _trace(self) -> None:
        try:
            self.log(traceback.format_exc().rstrip())
        except OSError:  # a full disk
            traceback.print_exc()

    def _end(self, status: str, reason: str, message: str) -> None:
        """Say how it ended; on a full disk as far as it goes."""
        try:
            self.folder.update(
                **self._numbers(), status=status, reason=reason, message=message, ended=now(), waiting_for=""
            )
            self._journal("ended", status=status, reason=reason, message=message)
            self.log(f"{status}{f' ({reason})' if reason else ''}{f': {message}' if message else ''}")
        except OSError as error:
            sys.stderr.write(f"{message} The state could not be written: {error}.\n")
        self.show({"kind": "ended", "status": status, "reason": reason, "message": message})

    def _numbers(self) -> dict[str, Any]:
        progress = self.progress
        if progress is None:
            return {}
        best = progress.best or {}
        return {
            "epochs": progress.epoch,
            "step": progress.step,
            "best_epoch": best.get("epoch"),
            "val_accuracy": best.get("val_accuracy"),
            "val_loss": best.get("val_loss"),
            "seconds": progress.seconds,
            "images": progress.images,
        }

    def _journal(self, kind: str, **fields: Any) -> None:
        journal.write(self.folder.journal_path, kind, **fields)

    def log(self, text: str) -> None:
        """A line in the run's log, with the time."""
        self.folder.log(text)


_MOVED = "Its folder was moved while it was trained. Resume goes on from what was saved."
