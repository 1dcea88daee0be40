"""One function a verb: what pages, command line and Python call. Names are lazy: listing runs imports no torch.

Everything a user can meet is raised as `UserError` (wrong input) or `Failed` (could not be done).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnn_core.actions.asking import contrast, evaluate, explain, load_run, npy, overlay_png, pictures, predict
    from cnn_core.actions.bringing import networks, pretrained, start_pretrained
    from cnn_core.actions.browsing import about_data, data, mean_pictures, missing, samples
    from cnn_core.actions.calculating import calculate, calculator_picture
    from cnn_core.actions.compressing import bench, compress, compressed_file, variants
    from cnn_core.actions.compressing_jobs import compressings, start_bench, start_compress, stop_compressing
    from cnn_core.actions.downloading import cancel_download, download, download_of, start_download
    from cnn_core.actions.drawing import drawn, paper
    from cnn_core.actions.experimenting import lab, lab_result, lab_results, labs, start_lab, stop_lab
    from cnn_core.actions.filming import Watched, film
    from cnn_core.actions.keeping import (
        compare,
        note,
        purge,
        purge_all,
        rename,
        restore,
        summaries,
        tag,
        thrown_away,
        trash,
    )
    from cnn_core.actions.learning import chapter, chapters
    from cnn_core.actions.looking import activations, filters, npz, sheet_png
    from cnn_core.actions.mending import doctor
    from cnn_core.actions.planning import Plan, Preview, anatomy, estimate, plan, preview
    from cnn_core.actions.running import (
        ask_stop,
        delete,
        live,
        resume_in_background,
        runs,
        show,
        start,
        stop,
        wake,
    )
    from cnn_core.actions.serving import serve
    from cnn_core.actions.timing import estimate_apart
    from cnn_core.actions.training import resume, train

_HOMES = {
    "asking": ("contrast", "evaluate", "explain", "load_run", "npy", "overlay_png", "pictures", "predict"),
    "bringing": ("networks", "pretrained", "start_pretrained"),
    "browsing": ("about_data", "data", "mean_pictures", "missing", "samples"),
    "calculating": ("calculate", "calculator_picture"),
    "compressing": ("bench", "compress", "compressed_file", "variants"),
    "compressing_jobs": ("compressings", "start_bench", "start_compress", "stop_compressing"),
    "downloading": ("cancel_download", "download", "download_of", "start_download"),
    "drawing": ("drawn", "paper"),
    "experimenting": ("lab", "lab_pictures", "lab_result", "lab_results", "labs", "start_lab", "stop_lab"),
    "keeping": (
        *("compare", "note", "purge", "purge_all", "rename", "restore", "summaries", "tag", "thrown_away", "trash"),
    ),
    "learning": ("chapter", "chapters"),
    "filming": ("Watched", "film"),
    "generating": (
        *("Drawn", "Nearest", "between", "generation_report", "judge_of", "nearest", "sample", "samples_on_the_way"),
        *("samples_png", "start_judge"),
    ),
    "looking": ("activations", "filters", "npz", "sheet_png"),
    "masking": ("Segmented", "said_and_true", "segment"),
    "mending": ("doctor",),
    "planning": ("Plan", "Preview", "anatomy", "estimate", "plan", "preview"),
    "running": ("ask_stop", "delete", "live", "resume_in_background", "runs", "show", "start", "stop", "wake"),
    "serving": ("serve",),
    "timing": ("estimate_apart",),
    "training": ("resume", "train"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Drawn",
    "Nearest",
    "Plan",
    "Preview",
    "Segmented",
    "Watched",
    "about_data",
    "activations",
    "anatomy",
    "ask_stop",
    "bench",
    "between",
    "calculate",
    "calculator_picture",
    "cancel_download",
    "chapter",
    "chapters",
    "compare",
    "compress",
    "compressed_file",
    "compressings",
    "contrast",
    "data",
    "delete",
    "doctor",
    "download",
    "download_of",
    "drawn",
    "estimate",
    "estimate_apart",
    "evaluate",
    "explain",
    "film",
    "filters",
    "generation_report",
    "judge_of",
    "lab",
    "lab_pictures",
    "lab_result",
    "lab_results",
    "labs",
    "live",
    "load_run",
    "mean_pictures",
    "missing",
    "nearest",
    "networks",
    "note",
    "npy",
    "npz",
    "overlay_png",
    "paper",
    "pictures",
    "plan",
    "predict",
    "pretrained",
    "preview",
    "purge",
    "purge_all",
    "rename",
    "restore",
    "resume",
    "resume_in_background",
    "runs",
    "said_and_true",
    "sample",
    "samples",
    "samples_on_the_way",
    "samples_png",
    "segment",
    "serve",
    "sheet_png",
    "show",
    "start",
    "start_bench",
    "start_compress",
    "start_download",
    "start_judge",
    "start_lab",
    "start_pretrained",
    "stop",
    "stop_compressing",
    "stop_lab",
    "summaries",
    "tag",
    "thrown_away",
    "train",
    "trash",
    "variants",
    "wake",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"cnn_core.actions.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
