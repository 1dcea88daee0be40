"""Grad-CAM of the newest network that was trained here, for some of its test pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_core.base.errors import UserError
from cnn_core.base.settings import runs_folder
from cnn_core.chapters.looks import Drawn, Look
from cnn_core.runs.run import records

if TYPE_CHECKING:
    from cnn_core.runs.loaded import Run

CHOICES = ("test picture 1", "test picture 2", "test picture 3", "test picture 4", "test picture 5")
TRIED = 5  # newest runs; one may lack its data or have no convolution
NOTHING = (
    "There is no network here yet that could be asked. Train the demo on the first page: it takes seconds, and this "
    "figure will be of it."
)


def draw(choice: str, theme: str) -> Drawn:
    """The picture, the map over it, and its own cells."""
    done = [one["run"] for one in records(runs_folder()) if one["status"] == "done"]
    for run in done[:TRIED]:
        try:
            return _asked(run, int(choice.split()[-1]) - 1)
        except UserError:  # it answers something else, or its data is not here
            continue
    return Drawn(NOTHING)


def _asked(run: str, place: int) -> Drawn:
    from cnn_core.attribution.explain import explain
    from cnn_core.figures.overlay import heat_picture, overlay
    from cnn_core.figures.tiles import enlarge, map_tiles

    loaded = _loaded(run)
    if loaded.experiment.task != "classification":
        raise UserError(f"{run} names no pictures.")
    split = loaded.data().splits["test"]
    found = explain(loaded.network(), split.pictures[place % len(split.targets)])
    true = loaded.classes[int(split.targets[place % len(split.targets)])]
    says = f"It says {found.target}, sure to {found.probability:.1%}; it is {true}. "
    if not found.has_evidence:
        return Drawn(f"{says}Nothing in this layer speaks for it, so no map is painted.", run=run)
    height, width = found.grid
    says += f"The map has {height} × {width} cells; the glow is drawn smoothly between them."
    return Drawn(
        says,
        pictures=(
            ("the picture", overlay(found.saw, found.heat, opacity=0, in_color=True)),
            ("what speaks for it", overlay(found.saw, found.heat)),
            ("smooth", heat_picture(found.heat)),
            (f"the true {height} × {width} cells", enlarge(map_tiles(found.map[None], signed=False)[0], 512)),
        ),
        run=run,
    )


def _loaded(run: str) -> Run:
    from cnn_core.runs.loaded import Run
    from cnn_core.runs.run import run_by_id

    return Run(run_by_id(run, runs_folder()))


LOOK = Look("Why your newest network said it", CHOICES, draw, fixed=False)
