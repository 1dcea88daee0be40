"""How far a download or a training is, on stderr: a bar for people, a line now and then for a log."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from cnn_core.terminal import Lines


class _Shown:
    """A bar on stderr for the length of a block; nothing of it where that is no terminal."""

    def __init__(self) -> None:
        self._console = Lines(stderr=True, highlight=False, soft_wrap=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pace]}"))
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:  # else it prints an empty line
            self._progress.stop()


class Transfer(_Shown):
    """Progress of a download on stderr. Call it with the record of the download."""

    def __init__(self) -> None:
        super().__init__()
        self._said = -1

    def __call__(self, record: dict[str, Any]) -> None:
        if self._task is None:
            self._task = self._progress.add_task(record["title"], total=1, pace="")
            if self._console.is_terminal:
                self._progress.start()
        self._progress.update(self._task, total=record["total"], completed=record["bytes"], pace=_pace(record))
        tenth = 10 * record["bytes"] // max(1, record["total"])
        if tenth > self._said and not self._console.is_terminal:
            self._said = tenth
            self._console.print(f"{record['title']}: {_pace(record)}")


def _pace(record: dict[str, Any]) -> str:
    """`12.0 of 170.5 MB, 3.4 MB/s`."""
    if record["waiting_for"]:
        return f"waits for {record['waiting_for']}"
    if record["stage"] == "unpacking":
        return "unpacking"
    speed = f", {record['speed'] / 1e6:,.1f} MB/s" if record["speed"] is not None else ""
    return f"{record['bytes'] / 1e6:,.1f} of {record['total'] / 1e6:,.1f} MB{speed}"


def _validation(event: dict[str, Any]) -> str:
    """The line of a validation; what draws has two losses, and neither is right or wrong."""
    if "g_loss" in event:
        return (
            f"epoch {event['epoch']:.2f}  discriminator {event['d_loss']:.4f}  generator {event['g_loss']:.4f}  "
            f"D says real of real {event['d_real']:.2f}, of drawn {event['d_fake']:.2f}"
        )
    return (
        f"epoch {event['epoch']:.2f}  loss {event['train_loss']:.4f}  validation {event['val_loss']:.4f}, "
        f"right {event['val_accuracy']:.1%}"
    )


class Bar(_Shown):
    """Progress of a training on stderr: a bar, and a line for each validation. Call it with the job's events."""

    def __call__(self, event: dict[str, Any]) -> None:
        kind = event["kind"]
        if kind == "waiting":
            self._print(f"Waiting for {event['device']}, which {event['holder'] or 'another job'} uses.")
        elif kind == "started":
            self._start(event["record"])
        elif kind == "fetching":
            self._fetching(event["bytes"], event["total"])
        elif kind == "steps" and self._task is not None:
            pace = f"{event['images_per_second'] or 0:,.0f} pictures/s, about {event['seconds_left']:.0f} s left"
            self._progress.update(
                self._task, completed=event["step"], description=f"epoch {event['epoch']:.1f}", pace=pace
            )
        elif kind == "validation":
            if self._task is not None:
                self._progress.update(self._task, completed=event["step"], description=f"epoch {event['epoch']:.1f}")
            self._print(_validation(event))
        elif kind == "ended" and self._console.is_terminal:
            self._progress.stop()

    def _fetching(self, count: int, total: int) -> None:
        if self._task is None:
            self._task = self._progress.add_task("fetching", total=total, pace="")
            if self._console.is_terminal:
                self._progress.start()
        pace = f"{count / 1e6:,.1f} of {total / 1e6:,.1f} MB"
        self._progress.update(self._task, total=total, completed=count, pace=pace)

    def _start(self, record: dict[str, Any]) -> None:
        self._print(
            f"{record['run']} on {record['device']}, {record['precision']}, {record['parameters']:,} parameters"
        )
        self._task = self._progress.add_task("epoch 0.0", total=record["steps"], completed=record["step"], pace="")
        if self._console.is_terminal:
            self._progress.start()

    def _print(self, text: str) -> None:
        self._console.print(text)
