"""What kernels cost: weights of layers that see equally far, for different numbers of channels."""

from __future__ import annotations

from cnn_core.chapters.looks import Drawn, Look

CASES = {"64 to 64 channels": (64, 64), "3 to 64 channels": (3, 64), "256 to 128 channels": (256, 128)}


def draw(choice: str, theme: str) -> Drawn:
    """Weights with biases, counted on layers that are built without memory."""
    import torch
    from torch import nn

    from cnn_core.figures.groups import groups_chart

    before, after = CASES[choice]

    def conv(kernel: int, inputs: int = before) -> nn.Module:
        return nn.Conv2d(inputs, after, kernel)

    narrow = min(before, 32)
    with torch.device("meta"):
        layers = {
            "1 × 1": [conv(1)],
            "3 × 3": [conv(3)],
            "5 × 5": [conv(5)],
            "two 3 × 3, see as 5 × 5": [conv(3), conv(3, after)],
            "7 × 7": [conv(7)],
            "three 3 × 3, see as 7 × 7": [conv(3), conv(3, after), conv(3, after)],
            f"1 × 1 to {narrow}, then 5 × 5": [nn.Conv2d(before, narrow, 1), conv(5, narrow)],
        }
    weights = {name: sum(w.numel() for layer in some for w in layer.parameters()) for name, some in layers.items()}
    two, five = weights["two 3 × 3, see as 5 × 5"], weights["5 × 5"]
    says = f"{choice}: two 3 × 3 have {two:,} weights, one 5 × 5 has {five:,}: "
    says += f"{1 - two / five:.0%} less." if two < five else f"{two / five:.1f} times as many."
    points = {"weights": [(float(place), float(value)) for place, value in enumerate(weights.values())]}
    return Drawn(
        says,
        chart=groups_chart([points], tuple(weights), "weights and biases", theme),
        about=f"Weights by kernel for {choice}: {', '.join(f'{name} {value:,}' for name, value in weights.items())}.",
    )


LOOK = Look("Kernels that see equally far", tuple(CASES), draw)
