"""An activation function and its slope."""

from __future__ import annotations

from cnn_core.chapters.looks import Drawn, Look

NAMES = {
    "ReLU": "relu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "leaky ReLU": "leaky_relu",
    "ELU": "elu",
    "SiLU": "silu",
    "GELU": "gelu",
}
SAYS = {
    "ReLU": "Below zero nothing passes, and nothing comes back. Above, the gradient passes as it is.",
    "sigmoid": "At its best place, zero, it passes a quarter of the gradient; after ten layers a millionth is left.",
    "tanh": "Its slope is 1 at zero and falls fast: two steps aside only 7% of the gradient pass.",
    "leaky ReLU": "A hundredth passes below zero: little, but a unit can come back.",
    "ELU": "Below zero it bends to −1, so its mean is nearer to zero than ReLU's.",
    "SiLU": "x times its own sigmoid: it dips below zero, and its slope goes up to 1.10.",
    "GELU": "x times the chance that a normal number is below x: much like SiLU, a little steeper.",
}


def draw(choice: str, theme: str) -> Drawn:
    """The function as one line, its slope as the other; the slope comes from autograd."""
    import torch

    from cnn_core.figures.readings import readings_chart
    from cnn_core.models.blocks import ACTIVATIONS

    x = torch.linspace(-4, 4, 161, dtype=torch.float64, requires_grad=True)
    y = ACTIVATIONS[NAMES[choice]]()(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    at = x.tolist()
    lines = {choice: list(zip(at, y.tolist(), strict=True)), "its slope": list(zip(at, slope.tolist(), strict=True))}
    return Drawn(
        SAYS[choice],
        chart=readings_chart([lines], "x", "", theme, height=280),
        about=f"{choice} and its slope from -4 to 4. {SAYS[choice]}",
    )


LOOK = Look("A function, and the slope that gradients meet", tuple(NAMES), draw)
