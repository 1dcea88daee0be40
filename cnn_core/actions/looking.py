"""Verbs that look into a trained network: filters, activations, and both as files."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np

from cnn_core.actions.asking import Asked, loaded, named
from cnn_core.actions.running import Folder
from cnn_core.features.activations import Activations
from cnn_core.features.activations import activations as activations_of
from cnn_core.features.filters import Filters
from cnn_core.features.filters import filters as filters_of
from cnn_core.figures import tiles
from cnn_core.figures.overlay import png
from cnn_core.network import Pictured


def filters(run: Asked, layer: str | None = None, runs: Folder = None) -> Filters:
    """The filters of a convolution of a run's network; see `features.filters`."""
    asked = loaded(run, runs)
    found = filters_of(asked.network(), layer)
    return replace(found, notice=asked.notice)


def activations(run: Asked, picture: Pictured, layer: str | None = None, runs: Folder = None) -> Activations:
    """What a layer of a run's network gives for a picture; see `features.activations`."""
    asked = loaded(run, runs)
    found = activations_of(asked.network(), named(asked, picture), layer)
    return replace(found, notice=asked.notice)


def npz(found: Filters | Activations) -> bytes:
    """The arrays as a .npz file, by name, true scale.

    Filters: weights float32 (K, C, h, w), norms float64 (K,), by_norm and by_similarity int64 (K,).
    Activations: activations float32 (C, H, W) or (C,), strengths float64 (C,), order int64 (C,), saw uint8 (H, W, C).
    """
    file = io.BytesIO()
    if isinstance(found, Filters):
        arrays = {name: getattr(found, name) for name in ("weights", "norms", "by_norm", "by_similarity")}
    else:
        arrays = {
            "activations": found.maps,
            "strengths": found.strengths,
            "order": found.order,
            "saw": found.saw,
        }
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def sheet_png(found: Filters | Activations, *, shared: bool = True) -> bytes:
    """All filters or maps in one PNG file.

    Filters, longest first: in colour where they read colours; one tile each where they read one map; else a table, a
    row a filter, a column an input map. Maps, strongest first, on one scale (`shared`) or each on its own; a vector as
    one cell a value, by number.
    """
    if isinstance(found, Filters):
        return png(_filters_picture(found))
    if found.maps.ndim == 1:
        return png(tiles.mosaic(tiles.vector_tiles(found.maps, found.signed)))
    most = found.largest if shared else None
    return png(tiles.mosaic(tiles.map_tiles(found.maps[found.order], found.signed, most)))


def _filters_picture(found: Filters) -> tiles.Pixels:
    if found.color:
        return tiles.mosaic(tiles.color_tiles(found.weights, found.scale)[found.by_norm])
    if found.weights.shape[1] == 1:
        return tiles.mosaic(tiles.filter_tiles(found.weights, found.scale, 0)[found.by_norm])
    return tiles.kernel_table(found.weights, found.scale, found.by_norm)
