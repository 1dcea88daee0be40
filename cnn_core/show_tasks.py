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


def drawn_report(record: dict[str, Any]) -> None:
    """How near drawn pictures come to real ones, beside the floor and the ceilings."""
    judge = record["judge"]
    out().print(
        f"FID {record['fid']:.3g}, KID {record['kid']:.3g} of {record['n']:,} drawn pictures in the features of "
        f"{judge['run']}, which is right {percent(judge['accuracy'])} of test pictures"
    )
    made = table("", ">FID", ">KID", ">classes", ">sure")
    for row in ({"name": "drawn", **record}, *record["references"]):
        made.add_row(
            row["name"], f"{row['fid']:.3g}", f"{row['kid']:.3g}", str(row["covered"]), percent(row["confident"])
        )
    out().print(made)
    shares = table("class", ">of the drawn")
    for row in record["classes"]:
        shares.add_row(row["class"], percent(row["share"]))
    out().print(shares)
