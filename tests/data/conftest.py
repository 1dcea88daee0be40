"""A server that has the data sets, and an empty data folder."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from cnn_core.data.sets import SHELF
from cnn_core.jobs import launch
from tests.data import origin as origins


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small files of the true form, as they are published."""
    folder = tmp_path_factory.mktemp("published")
    origins.publish(folder)
    return folder


@pytest.fixture
def origin(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[origins.Origin]:
    """The server; all sets are fetched from it into this test's own empty data folder, here and in workers."""
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / "data"))
    for name in origins.NAMES:
        module = import_module(f"{SHELF.package}.{name}")
        monkeypatch.setattr(module, "ENTRY", module.ENTRY)  # so that it comes back
    with origins.serving(published) as server:

        def way(how: str) -> None:
            monkeypatch.setenv("ORIGIN", f"{published}|{server.address}|{how}")
            for name in origins.NAMES:
                origins.point(name, server.address, published, how)

        server.way = way  # type: ignore[attr-defined]
        way("ok")
        monkeypatch.setattr(launch, "command", origins.command)
        yield server
