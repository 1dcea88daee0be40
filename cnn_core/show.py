"""What the command line prints of each answer: JSON for scripts, tables for people. Notes go to stderr."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Any

from cnn_core.base.errors import Failed
from cnn_core.base.files import atomic_write
from cnn_core.show_tasks import drawn_report, masks_report
from cnn_core.terminal import as_json, note, number, percent
from cnn_core.terminal import out as stdout
from cnn_core.terminal import table as new_table

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


def _notice(record: dict[str, Any]) -> None:
    """What is to be known of the run before its answer is believed."""
    if record["notice"]:
        note(record["notice"])


def listing(cards: dict[str, list[dict[str, str]]], json: bool) -> None:
    """Shelves with their entries."""
    if json:
        return as_json(cards)
    for shelf, entries in cards.items():
        table = new_table(shelf, "")
        for entry in entries:
            table.add_row(f"  {entry['name']}", entry["summary"])
        stdout().print(table)


def data(record: dict[str, Any], json: bool) -> None:
    """A data set in numbers."""
    if json:
        return as_json(record)
    table = new_table(record["name"], "")
    table.add_row("classes", ", ".join(record["classes"]))
    table.add_row("pictures", ", ".join(f"{name} {count:,}" for name, count in record["splits"].items()))
    table.add_row("shape", " × ".join(map(str, record["shape"])) + " (channels, height, width)")
    for name in ("mean", "std"):
        table.add_row(name, ", ".join(f"{value:.4f}" for value in record[name]))
    for name in ("source", "licence"):
        table.add_row(name, record[name])
    stdout().print(table)


def downloaded(record: dict[str, Any], json: bool) -> None:
    """How a download ended, and where the files are."""
    if record["message"]:
        note(record["message"])
    if json:
        return as_json({key: record[key] for key in ("dataset", "status", "reason", "message", "path", "bytes")})
    if record["status"] == "done":
        stdout().print("  ".join(filter(None, (record["title"], "is here", record["path"]))))


def anatomy(record: dict[str, Any], json: bool) -> None:
    """A network layer by layer."""
    if json:
        return as_json(record)
    table = new_table("layer", "type", ">output", ">parameters", ">multiply-adds", ">sees px")
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
    stdout().print(table)


def estimated(found: dict[str, Any], json: bool) -> None:
    """How long an epoch will take."""
    if json:
        return as_json(found)
    where = f"{found['device']}, {found['precision']}, {found['threads']} threads"
    stdout().print(
        f"{found['label']}: about {found['seconds']:.3g} s an epoch "
        f"({found['steps']:,} steps of {1000 * found['step']:.3g} ms, the median of {found['timed']}; "
        f"{found['validations']:,} times validation, {found['validation']:.2g} s each; {where})"
    )


def trained(record: dict[str, Any], json: bool) -> None:
    """How a training ended."""
    for text in filter(None, (record["notice"], record["message"])):
        note(text)
    if record["status"] == "stopped":
        note(f"To go on: python -m cnn_core resume {record['run']}")
    if json:
        return as_json({key: record[key] for key in TRAINED})
    out = stdout()
    out.print(f"{record['run']}  {record['status']}")
    if record["best_epoch"] is not None:
        out.print(
            f"best epoch {record['best_epoch']} of {record['epochs']}: validation {percent(record['val_accuracy'])}, "
            f"test {percent(record['test_accuracy'])}; {record['seconds']:.1f} s of training, "
            f"{record['images_per_second'] or 0:,.0f} pictures/s"
        )


def runs(records: list[dict[str, Any]], folder: Path, json: bool) -> None:
    """The list of runs."""
    if json:
        return as_json({"runs": records})
    if not records:
        return note(f"No runs in {folder} yet.")
    named = ["name"] if any(one["name"] for one in records) else []
    table = new_table("run", *named, "status", ">epochs", ">best val", ">test", ">seconds")
    for one in records:
        status = f"{one['status']} ({one['reason']})" if one.get("reason") else one["status"] + place(one)
        epochs = f"{one['epochs']}/{one['epochs_planned']}"
        figures = (percent(one["val_accuracy"]), percent(one["test_accuracy"]), f"{one['seconds']:.1f}")
        table.add_row(one["run"], *(one["name"] for _ in named), status, epochs, *figures)
    stdout().print(table)


def run(record: dict[str, Any], json: bool) -> None:
    """A run with its settings."""
    if json:
        return as_json(record)
    experiment = record.pop("experiment")
    if experiment and "origin" in experiment:  # a thousand names; --json has them
        experiment["origin"]["classes"] = f"{len(experiment['origin']['classes']):,} names"
    table = new_table("", "")
    for key, value in record.items():
        if value not in ("", None, []):
            table.add_row(key, ", ".join(value) if isinstance(value, list) else str(value))
    stdout().print(table)
    if experiment:
        stdout().print(json_module.dumps(experiment, indent=1, ensure_ascii=False))


def stopped(record: dict[str, Any], json: bool) -> None:
    """A run's id and status, and how it came to it."""
    kept: dict[str, Any] = {key: record[key] for key in ("run", "status", "reason", "message") if key in record}
    if json:
        return as_json(kept)
    stdout().print("  ".join(kept[key] for key in ("run", "status", "message") if kept.get(key)))


def begun(record: dict[str, Any], json: bool) -> None:
    """A run that was put in the queue, and for whom it waits."""
    kept = {key: record[key] for key in ("run", "path", "status", "ahead", "waiting_for")}
    if json:
        return as_json(kept)
    stdout().print(f"{record['run']}  {record['status']}{place(record)}")


def brought(record: dict[str, Any], json: bool) -> None:
    """A run of a network that was trained elsewhere, and what is to be known of it."""
    if record["message"]:
        note(record["message"])
    if json:
        return as_json({key: record[key] for key in ("run", "path", "status", "reason", "message")})
    stdout().print(f"{record['run']}  {record['status']}")
    if record["status"] == "done":
        stdout().print(
            f"{record['label']}, {record['parameters']:,} parameters; ask it: predict, explain, filters, activations"
        )


def place(record: dict[str, Any]) -> str:
    """Where a queued run stands, to follow its status: `, 2 go first; it waits for ID`."""
    ahead = f", {record['ahead']} {'goes' if record['ahead'] == 1 else 'go'} first" if record["ahead"] else ""
    return ahead + (f"; it waits for {record['waiting_for']}" if record["waiting_for"] else "")


def diagnosis(record: dict[str, Any], json: bool) -> None:
    """What the doctor found, and what was or could be done about it."""
    if json:
        return as_json(record)
    out, found, checked = stdout(), record["findings"], record["checked"]
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
        return as_json(record)
    if record["task"] == "segmentation":
        return masks_report(record)
    if record["task"] == "generation":
        return drawn_report(record)
    out = stdout()
    low, high = record["accuracy_interval"]
    base = record["baseline"]
    out.print(
        f"right {percent(record['accuracy'])} of {record['n']:,} {record['split']} pictures "
        f"(95%: {low:.1%} to {high:.1%}); always saying “{base['class']}”: {percent(base['accuracy'])}",
    )
    table = new_table("class", ">precision", ">recall", ">F1", ">AUC", ">pictures")
    for row in record["per_class"]:
        figures = (percent(row["precision"]), percent(row["recall"]), number(row["f1"]), number(row["auc"], 4))
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
        return as_json(record)
    for one in record["results"]:
        if "top" in one:
            said = ", ".join(f"{guess['class']} {guess['probability']:.1%}" for guess in one["top"])
            stdout().print(f"{one['image']}: {said}")


def explanation(record: dict[str, Any], notes: list[str], json: bool) -> None:
    """What a map says, in words; the map itself is in the files."""
    _notice(record)
    for text in notes:
        note(text)
    against = record.get("against")
    if not record["has_evidence"] and not against:
        note(f"Nothing in this picture speaks for “{record['target']}” at layer {record['layer']}.")
    if json:
        return as_json(record)
    grid = " × ".join(map(str, record["grid"]))
    stdout().print(
        f"{record['target']} {record['probability']:.1%}, {record['method']} at {record['layer']} ({grid} cells)",
    )
    if against:
        stdout().print(f"{against['target']} {against['probability']:.1%}")
        stdout().print(against["words"])


LISTED = 20  # channels and filters in a table; --json and the files have all


def filters(record: dict[str, Any], json: bool) -> None:
    """The filters of a convolution in numbers, the longest first; the weights are in the files."""
    _notice(record)
    if json:
        return as_json(record)
    out, shape = stdout(), record["shape"]
    each = f"{shape[1]} × {shape[2]} × {shape[3]} weights"
    out.print(f"{record['layer']}, {record['type']}: {shape[0]:,} filters of {each}")
    out.print(f"weights from −{record['scale']:.4g} to {record['scale']:.4g} (one scale for all)")
    table = new_table(">filter", ">length")
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
        return as_json(record)
    out, shape = stdout(), record["shape"]
    what = f"{shape[0]:,} maps of {shape[1]} × {shape[2]}" if len(shape) == 3 else f"{shape[0]:,} values"
    out.print(f"{record['layer']}, {record['type']}: {what}")
    table = new_table(">channel", ">strength", ">lowest", ">mean", ">highest", ">zeros")
    rows = [("all", "", record), *((row["channel"], f"{row['strength']:.4g}", row) for row in record["channels"])]
    for name, strength, row in rows[: LISTED + 1]:
        numbers = (f"{row[key]:.4g}" for key in ("min", "mean", "max"))
        table.add_row(str(name), strength, *numbers, f"{row['zeros']:.1%}")
    out.print(table)
    _others(shape[0], record["layers"])


def _others(count: int, layers: list[str]) -> None:
    """What the table leaves out, and which other layers there are."""
    if count > LISTED:
        stdout().print(f"{count - LISTED:,} more: see --json, --npz or --png.")
    stdout().print(f"layers: {', '.join(layers)}")


def write(path: Path, data: bytes, flag: str) -> None:
    """Write a file that the user asked for."""
    try:
        atomic_write(path, data)
    except OSError as error:
        raise Failed(f"{flag}: {path} cannot be written ({error.strerror}).") from error
