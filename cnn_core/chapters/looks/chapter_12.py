"""The gradient of each layer of a plain and a residual network, before anything is learned."""

from __future__ import annotations

from cnn_core.base.options import parse_options
from cnn_core.chapters.looks import Drawn, Look

CASES = {
    "20 layers": (20, True),
    "56 layers": (56, True),
    "20 layers, no batch norm": (20, False),
    "56 layers, no batch norm": (56, False),
}


def draw(choice: str, theme: str) -> Drawn:
    """As the lab measures it, with one seed."""
    from cnn_core.figures.readings import readings_chart
    from cnn_core.labs.entries.gradient_by_depth import GradientByDepthOptions, gradients

    depth, norm = CASES[choice]
    options = parse_options(GradientByDepthOptions, {"batch_norm": norm}, "lab")
    lines, said = {}, []
    for name, skip in (("plain", False), ("with shortcuts", True)):
        norms = gradients(depth, skip, options, seed=0)
        lines[name] = [(float(layer), value) for layer, value in enumerate(norms, 1)]
        said.append(f"{name} {norms[0]:.2g}, which is {norms[0] / norms[-1]:.3g} times the last")
    says = f"Gradient of the first layer: {'; '.join(said)}."
    return Drawn(
        says,
        chart=readings_chart([lines], "convolution", "gradient", theme, log=True, height=280),
        about=f"Gradient by layer, {choice}. {says}",
    )


LOOK = Look("What comes back to each layer, before anything is learned", tuple(CASES), draw)
