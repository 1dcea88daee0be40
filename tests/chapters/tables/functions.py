"""Activations, losses and their slopes, weights of classes, penalties."""

from __future__ import annotations

import numpy as np
import torch

from cnn_core.evaluation import softmax
from cnn_core.optimization.adversarial import SHELF as ADVERSARIAL
from cnn_core.optimization.losses import SHELF as LOSSES
from cnn_core.optimization.losses._weights import weights_of
from cnn_core.optimization.optimizers import SHELF as OPTIMIZERS
from tests.chapters.tables.networks import listed, of, over


def at(function, x=1.0, key="value"):
    return of("activation", key, function=function, x=x)


VALUES = (  # at -1 and at 1
    ("leaky_relu", "-0.01", "1"),
    ("sigmoid", "0.268941", "0.731059"),
    ("tanh", "-0.761594", "0.761594"),
    ("elu", "-0.632121", "1"),
    ("silu", "-0.268941", "0.731059"),
    ("mish", "-0.303401", "0.865098"),
    ("gelu", "-0.158655", "0.841345"),
    ("gelu_tanh", "-0.158808", "0.841192"),
)
STEEPEST = (
    ("sigmoid", "0.25", "0"),
    ("tanh", "1", "0"),
    ("silu", "1.0998", "2.40"),
    ("mish", "1.0885", "1.49"),
    ("gelu", "1.1289", "1.41"),
)
LOWEST = (("silu", "-0.27846", "-1.2785"), ("mish", "-0.30884", "-1.1924"), ("gelu", "-0.16997", "-0.7518"))


def decayed():
    """The step of plain SGD with rate 1 on a weight of 1, without any gradient but that of its decay."""
    entry, weight = OPTIMIZERS.load("sgd"), torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    options = entry.options(momentum=0, weight_decay=0.02)
    optimizer = entry.build(options, [weight], 1.0)
    weight.grad = torch.zeros_like(weight)
    optimizer.step()
    return 1 - weight.item()


def penalised():
    """The gradient of 0.01 * sum(w^2) at 1."""
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
    (0.01 * weight.square().sum()).backward()
    return weight.grad.item()


def slope_of_softmax(gap):
    """p (1 - p) of three classes where one is ahead by `gap`."""
    p = softmax(np.array([[gap, 0.0, 0.0]]))[0, 0]
    return lambda: p * (1 - p)


def focal(p, key):
    return of("focal_loss", key, p=p)


LOGITS = torch.tensor([[2.0, 0.0], [0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
TARGETS = torch.tensor([0, 1, 1])


def weighted():
    """The library's mean, divided by the weights in the batch."""
    entry = LOSSES.load("cross_entropy")
    return entry.build(entry.options(class_weights="balanced"), LOGITS.float(), TARGETS, torch.tensor([9000, 1000]))


def weighted_by_number():
    """The sum of the same, divided by the pictures."""
    weights = np.array(weights_of("balanced", [9000, 1000]))[TARGETS.numpy()]
    return float(weighted()) * weights.sum() / len(weights)


def half(options):
    """The discriminator's loss where it says 1/2 of everything."""
    entry = ADVERSARIAL.load("saturating")
    return entry.build.discriminator(entry.options(**options), torch.zeros(4), torch.zeros(4))


def pull(name):
    """The size of the gradient on D's logit where D(G(z)) = 0.01."""
    entry = ADVERSARIAL.load(name)
    logit = torch.tensor([0.01], dtype=torch.float64).logit().requires_grad_()
    entry.build.generator(entry.options(), logit).backward()
    return abs(logit.grad.item())


ROWS = [
    *(("1d", f"{name} at -1", at(name, -1.0), low) for name, low, _ in VALUES),
    *(("1d", f"{name} at 1", at(name), high) for name, _, high in VALUES),
    *(("1e", f"steepest {name}", at(name, key="steepest"), slope) for name, slope, _ in STEEPEST),
    *(("1e", f"steepest {name} at", at(name, key="steepest_at"), place) for name, _, place in STEEPEST),
    *(("1e", f"lowest {name}", at(name, key="lowest"), value) for name, value, _ in LOWEST),
    *(("1e", f"lowest {name} at", at(name, key="lowest_at"), place) for name, _, place in LOWEST),
    *(
        ("1f", f"{layers} sigmoids", of("activation", "chain", function="sigmoid", layers=layers), bound)
        for layers, bound in ((5, "9.8e-4"), (10, "9.5e-7"), (20, "9.1e-13"))
    ),
    ("1f", "zeros of ReLU, percent", over(of("activation", "zeros", function="relu"), 0.01), "50.0"),
    ("2f", "decay 0.02 without a gradient", decayed, "0.02"),
    ("2f", "gradient of a penalty of 0.01", penalised, "0.02"),
    ("6g", "balanced", lambda: weights_of("balanced", [9000, 1000]), ["0.5556", "5.0"]),
    ("9d", "calculated", of("class_weights", "weight_largest weight_smallest"), ["0.5556", "5.0"]),
    ("9d", "as printed", lambda: [f"{one:.2f}" for one in weights_of("balanced", [9000, 1000])], ["0.56", "5.00"]),
    *(
        ("9f", f"p = {p}", focal(p, "cross_entropy focal"), values)
        for p, *values in ((0.1, "2.30259", "1.86509"), (0.5, "0.69315", "0.17329"), (0.9, "0.10536", "0.0010536"))
    ),
    ("9f", "times less at 0.9, 0.99", listed(focal(0.9, "times_less"), focal(0.99, "times_less")), ["100", "1e4"]),
    ("9f", "thousand times less", over(focal(0.968, "times_less"), 1000), "1"),
    ("9f", "with alpha", over(focal(0.9, "focal_alpha"), focal(0.9, "focal")), "0.25"),
    ("9g", "prior 0.01", of("focal_loss", "bias"), "-4.595"),
    ("9h", "divided by the pictures", weighted_by_number, "2.73438"),
    ("9h", "divided by the weights", lambda: float(weighted()), "0.77714"),
    *(
        ("11c", f"gap {gap}", slope_of_softmax(gap), slope)
        for gap, slope in ((2, "0.168"), (5, "0.0131"), (10, "9.1e-5"), (15, "6.1e-7"))
    ),
    ("13d", "value at the optimum", lambda: -float(half({"real_label": 1})), "-1.3863"),
    ("13d", "per half", lambda: float(half({"real_label": 1})) / 2, "0.6931"),
    ("13e", "saturating", lambda: pull("saturating"), "0.01"),
    ("13e", "non-saturating", lambda: pull("non_saturating"), "0.99"),
]
