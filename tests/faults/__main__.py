"""`python -m tests.faults PART [--count N] [--seed S] [--lanes L]`; prints the part's figure, exits 1 if it fails."""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before anything imports torch: a pool of threads would not survive a fork

import argparse
import sys
from importlib import import_module

PARTS = ("operations", "supervisor", "damage", "mutations", "disk", "power", "states", "pictures", "kills")


def main(arguments: list[str]) -> int:
    """Run one part; `soak` reads its own options."""
    if arguments[:1] == ["soak"]:
        return int(import_module("tests.faults.soak").main(arguments[1:]) or 0)
    parser = argparse.ArgumentParser("python -m tests.faults", description=__doc__)
    parser.add_argument("part", choices=[*PARTS, "soak"])
    parser.add_argument("--count", type=int, default=0, help="how many; 0: as many as the part has")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lanes", type=int, default=2, help="how many at a time")
    given = vars(parser.parse_args(arguments))
    return not import_module(f"tests.faults.{given.pop('part')}").main(**given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
