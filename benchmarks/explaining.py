"""Grad-CAM against one forward pass: resnet, depth 18, 224 pixels, float32, one picture."""

from __future__ import annotations

import torch

from benchmarks.timing import in_turn, ratio, say, say_ratio
from cnn_core.attribution.methods.grad_cam import GradCamOptions, grad_cam
from cnn_core.models import build_model

ROUNDS = 9


def main() -> None:
    """Print the ratio, and how far the map is from plain autograd."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = build_model("resnet", (3, 224, 224), 1000).eval().requires_grad_(False)
    image, target = torch.rand(1, 3, 224, 224), torch.tensor([7])
    layer = model.get_submodule("layer4.1.conv2")

    def forward() -> torch.Tensor:
        with torch.inference_mode():
            return model(image)

    def explained() -> torch.Tensor:
        return grad_cam(GradCamOptions(), model, layer, image, target)

    times = in_turn({"forward": forward, "grad_cam": explained}, ROUNDS)
    say_ratio("Grad-CAM / one forward pass, resnet 18 at 224", ratio(times, "grad_cam", "forward"), 1.15, at_most=True)
    far = float((explained()[0] - by_hand(model, layer, image, 7)).abs().max() / explained().abs().max())
    say("Grad-CAM, difference to plain autograd / maximum", f"{far:.1e}", "<= 1e-5", far <= 1e-5)


def by_hand(model: torch.nn.Module, layer: torch.nn.Module, image: torch.Tensor, target: int) -> torch.Tensor:
    """The formula of the paper, written out."""
    kept: list[torch.Tensor] = []
    hook = layer.register_forward_hook(lambda module, given, output: kept.append(output))
    with torch.enable_grad():
        score = model(image.clone().requires_grad_())[0, target]
        (gradient,) = torch.autograd.grad(score, kept[0])
    hook.remove()
    return (gradient.mean((2, 3), keepdim=True) * kept[0]).sum(1)[0].clamp_min(0).detach()


if __name__ == "__main__":
    main()
