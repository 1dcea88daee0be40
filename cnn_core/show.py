"""What the command line prints: JSON for scripts, tables for people. Progress and notes go to stderr."""

from __future__ import annotations

import json as json_module
import re
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from cnn_core.base.errors import Failed, printable
from cnn_core.base.files import atomic_write

TRAINED = (
    "run",
    "path",
    "status",
    "reason",
    "message",
    "epochs",
    "best_epoch",
    "val_accuracy",
    "test_accuracy",
    "seconds",
    "images_per_second",
)


_UNSEEN = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")  # JSON leaves these as they are


def _json(record: dict[str, Any]) -> None:
    text = json_module.dumps(record, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


class _Console(Console):
    """Prints texts as they are: no markup, and nothing in them that commands the terminal."""

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(Text(printable(one)) if isinstance(one, str) else one for one in objects), **options)


class _Cells(Table):
    """A table whose cells are texts as they are."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        super().add_row(*(Text(printable(one)) if isinstance(one, str) else one for one in cells), **options)


def _out() -> Console:
    """Standard output; as wide as the lines are where it goes into a file or a pipe."""
    return _Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)


def note(text: str) -> None:
    """A sentence for people, on stderr."""
    sys.stderr.write(f"{printable(text)}\n")


def _notice(record: dict[str, Any]) -> None:
    """What is to be known of the run before its answer is believed."""
    if record["notice"]:
        note(record["notice"])


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _table(*columns: str) -> Table:
    table = _Cells(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(
            column.lstrip(">"), justify="right" if column.startswith(">") else "left", no_wrap=bool(column)
        )
    return table


# for the files beside this one, which print their own verbs
as_json, out, table, percent = _json, _out, _table, _percent


def listing(cards: dict[str, list[dict[str, str]]], json: bool) -> None:
    """Shelves with their entries."""
    if json:
        return _json(cards)
    for shelf, entries in cards.items():
        table = _table(shelf, "")
        for entry in entries:
            table.add_row(f"  {entry['name']}", entry["summary"])
        _out().print(table)


def data(record: dict[str, Any], json: bool) -> None:
    """A data set in numbers."""
    if json:
        return _json(record)
    table = _table(record["name"], "")
    table.add_row("classes", ", ".join(record["classes"]))
    table.add_row("pictures", ", ".join(f"{name} {count:,}" for name, count in record["splits"].items()))
    table.add_row("shape", " × ".join(map(str, record["shape"])) + " (channels, height, width)")
    for name in ("mean", "std"):
        table.add_row(name, ", ".join(f"{value:.4f}" for value in record[name]))
    for name in ("source", "licence"):
        table.add_row(name, record[name])
    _out().print(table)


def downloaded(record: dict[str, Any], json: bool) -> None:
    """How a download ended, and where the files are."""
    if record["message"]:
        note(record["message"])
    if json:
        return _json({key: record[key] for key in ("dataset", "status", "reason", "message", "path", "bytes")})
    if record["status"] == "done":
        _out().print("  ".join(filter(None, (record["title"], "is here", record["path"]))))


def anatomy(record: dict[str, Any], json: bool) -> None:
    """A network layer by layer."""
    if json:
        return _json(record)
    table = _table("layer", "type", ">output", ">parameters", ">multiply-adds", ">sees px")
    for row in record["layers"]:
        sees = row["receptive_field"]
        table.add_row(
            row["name"],
            row["type"],
            " × ".join(map(str, row["output_shape"])),
            f"{row['parameters']:,}",
            f"{row['multiply_adds']:,}",
            "–" if sees is None else str(sees),
        )
    table.add_section()
    total = record["receptive_field"]
    table.add_row(
        "all", "", "", f"{record['parameters']:,}", f"{record['multiply_adds']:,}", "–" if total is None else str(total)
    )
    _out().print(table)


def estimated(found: dict[str, Any], json: bool) -> None:
    """How long an epoch will take."""
    if json:
        return _json(found)
    where = f"{found['device']}, {found['precision']}, {found['threads']} threads"
    _out().print(
        f"{found['label']}: about {found['seconds']:.3g} s of training an epoch "
        f"({found['steps']:,} steps of {1000 * found['step']:.3g} ms, the median of {found['timed']}; {where})"
    )


def trained(record: dict[str, Any], json: bool) -> None:
    """How a training ended."""
    for text in filter(None, (record["notice"], record["message"])):
        note(text)
    if record["status"] == "stopped":
        note(f"To go on: python -m cnn_core resume {record['run']}")
    if json:
        return _json({key: record[key] for key in TRAINED})
    out = _out()
    out.print(f"{record['run']}  {record['status']}")
    if record["best_epoch"] is not None:
        out.print(
            f"best epoch {record['best_epoch']} of {record['epochs']}: validation {_percent(record['val_accuracy'])}, "
            f"test {_percent(record['test_accuracy'])}; {record['seconds']:.1f} s of training, "
            f"{record['images_per_second'] or 0:,.0f} pictures/s"
        )


def runs(records: list[dict[str, Any]], folder: Path, json: bool) -> None:
    """The list of runs."""
    if json:
        return _json({"runs": records})
    if not records:
        return note(f"No runs in {folder} yet.")
    named = ["name"] if any(one["name"] for one in records) else []
    table = _table("run", *named, "status", ">epochs", ">best val", ">test", ">seconds")
    for one in records:
        status = f"{one['status']} ({one['reason']})" if one.get("reason") else one["status"] + place(one)
        epochs = f"{one['epochs']}/{one['epochs_planned']}"
        figures = (_percent(one["val_accuracy"]), _percent(one["test_accuracy"]), f"{one['seconds']:.1f}")
        table.add_row(one["run"], *(one["name"] for _ in named), status, epochs, *figures)
    _out().print(table)


def run(record: dict[str, Any], json: bool) -> None:
    """A run with its settings."""
    if json:
        return _json(record)
    experiment = record.pop("experiment")
    if experiment and "origin" in experiment:  # a thousand names; --json has them
        experiment["origin"]["classes"] = f"{len(experiment['origin']['classes']):,} names"
    table = _table("", "")
    for key, value in record.items():
        if value not in ("", None, []):
            table.add_row(key, ", ".join(value) if isinstance(value, list) else str(value))
    _out().print(table)
    if experiment:
        _out().print(json_module.dumps(experiment, indent=1, ensure_ascii=False))


def stopped(record: dict[str, Any], json: bool) -> None:
    """A run's id and status, and how it came to it."""
    kept: dict[str, Any] = {key: record[key] for key in ("run", "status", "reason", "message") if key in record}
    if json:
        return _json(kept)
    _out().print("  ".join(kept[key] for key in ("run", "status", "message") if kept.get(key)))


def begun(record: dict[str, Any], json: bool) -> None:
    """A run that was put in the queue, and for whom it waits."""
    kept = {key: record[key] for key in ("run", "path", "status", "ahead", "waiting_for")}
    if json:
        return _json(kept)
    _out().print(f"{record['run']}  {record['status']}{place(record)}")


def brought(record: dict[str, Any], json: bool) -> None:
    """A run of a network that was trained elsewhere, and what is to be known of it."""
    if record["message"]:
        note(record["message"])
    if json:
        return _json({key: record[key] for key in ("run", "path", "status", "reason", "message")})
    _out().print(f"{record['run']}  {record['status']}")
    if record["status"] == "done":
        _out().print(
            f"{record['label']}, {record['parameters']:,} parameters; ask it: predict, explain, filters, activations"
        )


def place(record: dict[str, Any]) -> str:
    """Where a queued run stands, to follow its status: `, 2 go first; it waits for ID`."""
    ahead = f", {record['ahead']} {'goes' if record['ahead'] == 1 else 'go'} first" if record["ahead"] else ""
    return ahead + (f"; it waits for {record['waiting_for']}" if record["waiting_for"] else "")


def diagnosis(record: dict[str, Any], json: bool) -> None:
    """What the doctor found, and what was or could be done about it."""
    if json:
        return _json(record)
    out, found, checked = _out(), record["findings"], record["checked"]
    for one in found:
        out.print("  ".join(filter(None, [one["run"], one["file"]])))
        out.print(f"  {one['what']}")
        if one["mended"]:
            out.print(f"  Mended: {one['mend']}")
        elif one["hindrance"]:
            out.print(f"  Not mended: {one['hindrance']}")
        elif one["mend"]:
            out.print(f"  With --mend: {one['mend']}")
    wrong, mended = sum(one["wrong"] for one in found), sum(one["mended"] for one in found)
    counted = f"{checked['runs']:,} run{'' if checked['runs'] == 1 else 's'}, {checked['files']:,} files"
    looked = f"{counted}, {checked['bytes'] / 1e6:,.1f} MB looked at"
    named = f", {len(found) - wrong} only named" if wrong < len(found) else ""
    out.print(f"{looked}; {wrong or 'nothing'} wrong{f', {mended} mended' if mended else ''}{named}.")


def report(record: dict[str, Any], json: bool) -> None:
    """The figures of a split."""
    _notice(record)
    if json:
        return _json(record)
    out = _out()
    low, high = record["accuracy_interval"]
    base = record["baseline"]
    out.print(
        f"right {_percent(record['accuracy'])} of {record['n']:,} {record['split']} pictures "
        f"(95%: {low:.1%} to {high:.1%}); always saying “{base['class']}”: {_percent(base['accuracy'])}",
    )
    table = _table("class", ">precision", ">recall", ">F1", ">AUC", ">pictures")
    for row in record["per_class"]:
        figures = (_percent(row["precision"]), _percent(row["recall"]), _number(row["f1"]), _number(row["auc"], 4))
        table.add_row(row["class"], *figures, f"{row['support']:,}")
    out.print(table)
    out.print("rows: it was, columns: it said")
    for line in record["confusion_matrix"]:
        out.print(" ".join(f"{count:>5}" for count in line))


def answers(record: dict[str, Any], json: bool) -> None:
    """What a run says of pictures."""
    _notice(record)
    for one in record["results"]:
        if "error" in one:
            note(one["error"])
    if json:
        return _json(record)
    for one in record["results"]:
        if "top" in one:
            said = ", ".join(f"{guess['class']} {guess['probability']:.1%}" for guess in one["top"])
            _out().print(f"{one['image']}: {said}")


def explanation(record: dict[str, Any], notes: list[str], json: bool) -> None:
    """What a map says, in words; the map itself is in the files."""
    _notice(record)
    for text in notes:
        note(text)
    against = record.get("against")
    if not record["has_evidence"] and not against:
        note(f"Nothing in this picture speaks for “{record['target']}” at layer {record['layer']}.")
    if json:
        return _json(record)
    grid = " × ".join(map(str, record["grid"]))
    _out().print(
        f"{record['target']} {record['probability']:.1%}, {record['method']} at {record['layer']} ({grid} cells)",
    )
    if against:
        _out().print(f"{against['target']} {against['probability']:.1%}")
        _out().print(against["words"])


LISTED = 20  # channels and filters in a table; --json and the files have all


def filters(record: dict[str, Any], json: bool) -> None:
    """The filters of a convolution in numbers, the longest first; the weights are in the files."""
    _notice(record)
    if json:
        return _json(record)
    out, shape = _out(), record["shape"]
    each = f"{shape[1]} × {shape[2]} × {shape[3]} weights"
    out.print(f"{record['layer']}, {record['type']}: {shape[0]:,} filters of {each}")
    out.print(f"weights from −{record['scale']:.4g} to {record['scale']:.4g} (one scale for all)")
    table = _table(">filter", ">length")
    for row in record["filters"][:LISTED]:
        table.add_row(str(row["filter"]), f"{row['norm']:.4g}")
    out.print(table)
    _others(shape[0], record["layers"])


def activations(record: dict[str, Any], json: bool) -> None:
    """What lights up in a layer in numbers, the strongest first; the maps are in the files."""
    _notice(record)
    for text in record["notes"]:
        note(text)
    if json:
        return _json(record)
    out, shape = _out(), record["shape"]
    what = f"{shape[0]:,} maps of {shape[1]} × {shape[2]}" if len(shape) == 3 else f"{shape[0]:,} values"
    out.print(f"{record['layer']}, {record['type']}: {what}")
    table = _table(">channel", ">strength", ">lowest", ">mean", ">highest", ">zeros")
    rows = [("all", "", record), *((row["channel"], f"{row['strength']:.4g}", row) for row in record["channels"])]
    for name, strength, row in rows[: LISTED + 1]:
        numbers = (f"{row[key]:.4g}" for key in ("min", "mean", "max"))
        table.add_row(str(name), strength, *numbers, f"{row['zeros']:.1%}")
    out.print(table)
    _others(shape[0], record["layers"])


def _others(count: int, layers: list[str]) -> None:
    """What the table leaves out, and which other layers there are."""
    if count > LISTED:
        _out().print(f"{count - LISTED:,} more: see --json, --npz or --png.")
    _out().print(f"layers: {', '.join(layers)}")


def write(path: Path, data: bytes, flag: str) -> None:
    """Write a file that the user asked for."""
    try:
        atomic_write(path, data)
    except OSError as error:
        raise Failed(f"{flag}: {path} cannot be written ({error.strerror}).") from error


class Transfer:
    """Progress of a download on stderr. Call it with the record of the download."""

    def __init__(self) -> None:
        self._console = _Console(stderr=True, highlight=False, soft_wrap=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pace]}"))
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._task: TaskID | None = None
        self._said = -1

    def __enter__(self) -> Transfer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:  # else it prints an empty line
            self._progress.stop()

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


class Bar:
    """Progress of a training on stderr: a bar, and a line for each validation. Call it with the job's events."""

    def __init__(self) -> None:
        self._console = _Console(stderr=True, highlight=False, soft_wrap=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pace]}"))
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:  # else it prints an empty line
            self._progress.stop()

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
            self._print(
                f"epoch {event['epoch']:.2f}  loss {event['train_loss']:.4f}  validation {event['val_loss']:.4f}, "
                f"right {event['val_accuracy']:.1%}"
            )
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
