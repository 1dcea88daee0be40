"""Damage to checkpoint files: flipped bits, cuts, zeroed sectors. Every one is found, and nothing damaged is loaded."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from cnn_core import actions
from cnn_core.jobs.job import ids
from cnn_core.runs import checkpoints
from cnn_core.runs.checkpoints import Checkpoint
from cnn_core.runs.manifests import names
from cnn_core.runs.run import RunFolder
from tests.faults.harness import experiment, finish, forked, home, prepared, spread, tell

SECTOR = 512
KINDS = {"flip": 500, "cut": 200, "zero": 200}
BATCH = 25  # damages in one forked child: a reader that dies takes these with it, and is seen


class Damage(NamedTuple):
    """What to do to which checkpoint file."""

    kind: str
    file: str
    at: int
    bit: int = 0


def damaged(data: bytes, damage: Damage) -> bytes:
    """The file's bytes after the damage."""
    if damage.kind == "cut":
        return data[: damage.at]
    if damage.kind == "flip":
        return data[: damage.at] + bytes([data[damage.at] ^ 1 << damage.bit]) + data[damage.at + 1 :]
    end = min(len(data), damage.at + SECTOR)
    return data[: damage.at] + bytes(end - damage.at) + data[end:]


def changes(data: bytes, damage: Damage) -> bool:
    """Whether it changes what the file says; a cut that takes the last line's end from a manifest does not."""
    after = damaged(data, damage)
    if not damage.file.endswith(".json"):
        return after != data
    try:
        return bool(json.loads(after) != json.loads(data))
    except ValueError:
        return True


def made(folder: Path, count: int, seed: int) -> list[Damage]:
    """Damages of all kinds; each file is as likely as the others, however small."""
    rng, found = random.Random(seed), []
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    for kind, most in KINDS.items():
        of_kind: list[Damage] = []
        while len(of_kind) < (min(count, most) if count else most):
            name = rng.choice(list(files))
            at = rng.randrange(len(files[name]))
            at = at - at % SECTOR if kind == "zero" else at
            damage = Damage(kind, name, at, rng.randrange(8) if kind == "flip" else 0)
            if changes(files[name], damage):
                of_kind.append(damage)
        found += of_kind
    return found


def same(one: Checkpoint, other: Checkpoint) -> bool:
    """Whether two checkpoints hold the same bits."""
    pairs = ((getattr(one, part), getattr(other, part)) for part in checkpoints.PARTS)
    return one.progress == other.progress and all(
        left.keys() == right.keys() and all(left[name].equal(right[name]) for name in left) for left, right in pairs
    )


def unnoticed(run: RunFolder, damage: Damage) -> list[str]:
    """Do the damage to a run whose newest checkpoint is the damaged one; what nobody noticed, as sentences."""
    wrong = []
    name, path = damage.file.split(".")[0], run.checkpoints / damage.file
    listed = names(run.checkpoints)
    for later in listed[listed.index(name) + 1 :]:
        (run.checkpoints / f"{later}.json").unlink()
    whole, _ = checkpoints.latest(run.checkpoints)
    before = listed[: listed.index(name)]
    previous = checkpoints._load(run.checkpoints, before[-1]) if before else None
    path.write_bytes(damaged(path.read_bytes(), damage))
    found, said = checkpoints.latest(run.checkpoints)
    if not said:
        wrong.append("the reader did not notice")
    if found is not None and whole is not None and found.progress["step"] == whole.progress["step"]:
        wrong.append("the damaged checkpoint was loaded")
    if (found is None) != (previous is None) or (found and previous and not same(found, previous)):
        wrong.append("the checkpoint before was not used")
    if "step-" in Path("/proc/self/maps").read_text():
        wrong.append("a checkpoint is mapped into memory: a file cut short would end the process")
    if not any(name in json.dumps(row) for row in doctor(run.folder.parent)):
        wrong.append("doctor did not notice")
    return wrong


def doctor(root: Path) -> list[Any]:
    """What `doctor` finds in a runs folder."""
    return actions.doctor(root)["findings"]


def attempt(whole: Path, check: Callable[[RunFolder, Damage], list[str]], damages: list[Damage]) -> list[list[str]]:
    """Each damage to a copy of its own, all in one forked child; a list of sentences for each."""

    def work() -> list[list[str]]:
        found = []
        for damage in damages:
            with home("damage") as folder:
                root = folder / "runs"
                shutil.copytree(whole, root, dirs_exist_ok=True)
                found.append(check(RunFolder(root / ids(root)[0]), damage))
        return found

    ended = forked(work)
    return (
        ended.said
        if ended.code == 0
        else [[f"the reader broke: {ended.said or f'signal {ended.signal}'}"]] * len(damages)
    )


def several_checkpoints(root: Path) -> None:
    """A finished run with four checkpoints."""
    checkpoints.LAST_KEPT = 4
    finish(root, experiment())


def main(count: int = 0, seed: int = 0, lanes: int = 2) -> bool:
    """500 flips, 200 cuts, 200 zeroed sectors; with `count` that many of each."""
    prepared()
    with home("whole") as folder:
        root = folder / "runs"
        ended = forked(partial(several_checkpoints, root))
        assert ended.code == 0, ended.said
        damages = made(root / ids(root)[0] / "checkpoints", count, seed)
        batches = [damages[start : start + BATCH] for start in range(0, len(damages), BATCH)]
        results = spread(partial(attempt, root, unnoticed), batches, lanes)
    pairs = [pair for batch, said in results for pair in zip(batch, said, strict=True)]
    told = [tell(f"damages ({kind}) found", [pair for pair in pairs if pair[0].kind == kind]) for kind in KINDS]
    return all(told)
