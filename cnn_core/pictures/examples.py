"""Two photographs to try a network on: those that come inside scikit-learn, so nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cnn_core.base.errors import Failed


@dataclass(frozen=True)
class Example:
    """A photograph: what is on it, and whom its licence asks to name (both CC BY 2.0)."""

    file: str
    shows: str
    credit: str


EXAMPLES = (
    Example("flower.jpg", "flower", "Flower: vultilion, CC BY 2.0"),
    Example("china.jpg", "palace", "Palace: danielbuechele, CC BY 2.0"),
)


def example_bytes(example: Example) -> bytes:
    """The JPEG file of an example.

    Raises:
        Failed: scikit-learn lacks it.
    """
    spec = find_spec("sklearn")  # finding imports nothing
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    try:
        return (folder / "datasets" / "images" / example.file).read_bytes()
    except OSError as error:
        raise Failed(f"scikit-learn has no {example.file}: install it again (pip install scikit-learn).") from error
