"""What the command line prints of runs whose task is not one class a picture."""

from __future__ import annotations

from typing import Any

from cnn_core.terminal import number, out, percent, table


def masks_report(record: dict[str, Any]) -> None:
    """How well masks fit."""
    out().print(
        f"mean IoU {number(record['mean_iou'])} on {record['n']:,} {record['split']} pictures; "
        f"{percent(record['pixel_accuracy'])} of the pixels right, {percent(record['border_accuracy'])} at borders; "
        f"always saying “background”: {percent(record['baseline'])}"
    )
    made = table("class", ">IoU", ">Dice", ">precision", ">recall", ">pixels")
    for row in record["per_class"]:
        figures = (number(row["iou"]), number(row["dice"]), percent(row["precision"]), percent(row["recall"]))
        made.add_row(row["class"], *figures, f"{row['pixels']:,}")
    out().print(made)
