"""Every lab with its defaults: verdict, numbers beside their targets, seconds; written to a file as they come.

`make labs`; one: PART=base_rate (or some, with commas); SEEDS and FIRST for other seeds; OUT for another file than
docs/labs.json; AGAIN=1 to do again what was done with the same code. One that fails is said, and the rest is done.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.targets import TARGETS, Target
from benchmarks.timing import say
from cnn_core.base.files import atomic_write
from cnn_core.labs import SEEDS, SHELF

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "labs.json"
CORE = ROOT / "cnn_core"
# What a lab's numbers cannot depend on.
OTHERS = ("actions", "calculators", "chapters", "cli", "figures", "progress", "show", "terminal")
LIMIT = 1800  # seconds for one lab, then it is ended
PROMISED = 120  # seconds for all seeds of one lab, on two idle cores
KEPT = ("chapter", "verdict", "why", "numbers", "spread", "seeds", "seconds")


def main(arguments: Sequence[str] = ()) -> int:
    """Do what was asked; the exit code is 1 where a lab could not be done."""
    asked = _asked(arguments)
    names = [SHELF.known(name) for name in asked.part.split(",")] if asked.part else SHELF.names()
    done = read(asked.out)
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for place, name in enumerate(names, 1):
            key = {"code": code(name), "asked": [asked.seeds, asked.first]}
            old = done.get(name, {})
            if not asked.again and {one: old.get(one) for one in key} == key:
                print(f"[{place}/{len(names)}] {name}: {old['verdict']}, done before with the same code", flush=True)
                continue
            found, why = measured(name, asked.seeds, asked.first, folder)
            if found is None:
                failed.append(name)
                print(f"[{place}/{len(names)}] {name}: FAILED. {why}", flush=True)
                continue
            done[name] = {**found, **key}
            write(asked.out, done)
            report(f"[{place}/{len(names)}] {name}", found, TARGETS.get(name, ()))
            card = SHELF.load(name).build.seconds
            say(f"    seconds (its card says {card:g})", f"{found['seconds']:.0f}", f"<= {PROMISED}", _quick(found))
    print(f"{len(names) - len(failed)} of {len(names)} labs{': without ' if failed else ''}{', '.join(failed)}")
    return 1 if failed else 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.labs", description=__doc__)
    parser.add_argument("part", nargs="?", default="", help="a lab, or some with commas; default: all")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--again", action="store_true", help="also what was done with the same code")
    return parser.parse_args(arguments)


def measured(name: str, seeds: int, first: int, folder: str) -> tuple[dict[str, Any] | None, str]:
    """A lab in a process of its own: what it found, with CPU and wall seconds; or None, and why."""
    words = ["lab", name, "--seeds", str(seeds), "--first-seed", str(first), "--runs", f"{folder}/{name}", "--json"]
    cpu, wall = _children(), time.perf_counter()
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "cnn_core", *words],
            cwd=ROOT,
            env={**os.environ, "CONVSCOPE_LOCKS": f"{folder}/locks"},
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired:
        return None, f"It was ended after {LIMIT} s."
    cpu, wall = _children() - cpu, time.perf_counter() - wall
    if ended.returncode:
        return None, (ended.stderr.strip().splitlines() or ["It said nothing."])[-1]
    found = json.loads(ended.stdout.splitlines()[-1])
    kept = {key: rounded(found[key]) for key in KEPT}
    return {**kept, "cpu_seconds": round(cpu, 1), "wall_seconds": round(wall, 1), "machine": machine()}, ""


def rounded(value: Any) -> Any:
    """Numbers with six digits, wherever they stand: the rest is noise of the machine."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def machine() -> str:
    """What it was measured on, in a few words."""
    return f"{os.cpu_count()} cores ({platform.machine()}), PyTorch {version('torch').partition('+')[0]}"


def report(title: str, found: dict[str, Any], targets: Sequence[Target]) -> None:
    """A few lines: verdict and seconds, then each target with its number, or the numbers."""
    took = f"{found['cpu_seconds']:.0f} s CPU, {found['wall_seconds']:.0f} s"
    print(f"{title}: {found['verdict'].upper()}  ({took})\n  {found['why']}", flush=True)
    for one in targets:
        try:
            value, holds = f"{one.value(found['numbers']):.4g}", one.met(found["numbers"])
            say(f"    {one.words}", value, f"{one.sign} {one.bound:g}", holds)
        except KeyError as error:
            print(f"    {one.words}: the lab has no number {error}", flush=True)


def code(name: str) -> str:
    """A digest of the lab's own file and of all that its numbers may come from: equal code gives equal numbers."""
    digest = hashlib.sha256()
    for path in sorted(CORE.rglob("*.py")):
        parts = path.relative_to(CORE).parts
        other = parts[:2] == ("labs", "entries") and path.stem != name and not path.stem.startswith("_")
        if not other and not parts[0].startswith(OTHERS):
            digest.update(f"{'/'.join(parts)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _quick(found: dict[str, Any]) -> bool:
    return bool(found["seconds"] <= PROMISED)


def read(path: Path) -> dict[str, dict[str, Any]]:
    """What was found before, by lab."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def write(path: Path, done: dict[str, dict[str, Any]]) -> None:
    """All of it, a line a lab in their order, so that a change can be read; whole or not at all."""
    lines = [
        f"{json.dumps(name)}: {json.dumps(done[name], ensure_ascii=False)}" for name in SHELF.names() if name in done
    ]
    atomic_write(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
