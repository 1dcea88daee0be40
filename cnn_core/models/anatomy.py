"""The anatomy of any network: its layers, what they cost, and how far they see.

A skeleton of the network (the same modules without their weights) runs once on torch's meta device: no arithmetic, no
memory. The network itself is only read.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from cnn_core.base.errors import UserError, shorten
from cnn_core.models.tracing import Tracer


def anatomy(model: nn.Module, input_shape: tuple[int, ...]) -> dict[str, Any]:
    """What a network consists of, for one picture, in eval mode.

    Args:
        model: any network from (N, C, H, W); weights on any device; not changed. input_shape: (C, H, W); of a
            generator (D,), its noise.

    Returns:
        `parameters`, `trainable_parameters`: shared ones count once. `multiply_adds`: of convolutions and dense layers,
        without biases. `receptive_field`: pixels, of the last convolution or local pool, along the widest branch; None
        where there is none or it sees everything. `layers`: one row a leaf module that holds parameters or changes the
        shape, in order of (first) call: `name`, `type`, `output_shape` (without the batch; None when it was not
        called), `parameters`, `multiply_adds`, `receptive_field`. The rows sum to the totals.

    Raises:
        UserError: the network cannot take such a picture.
    """
    tracer, seen = _trace(model, input_shape)
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "trainable_parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "multiply_adds": sum(tracer.multiply_adds.values()),
        "receptive_field": tracer.widest or None,
        "layers": _rows(model, tracer, seen),
    }


def conv_layers(model: nn.Module, input_shape: tuple[int, int, int]) -> list[tuple[str, tuple[int, int]]]:
    """The name and the output grid (h, w) of every 2-D convolution that is called, in order of (last) call.

    Raises:
        UserError: the network cannot take such a picture.
    """
    tracer, _ = _trace(model, input_shape)
    modules = dict(model.named_modules())
    return [
        (name, grid)
        for name, grid in tracer.convolutions.items()
        if isinstance(modules[name], nn.Conv2d | nn.ConvTranspose2d)
    ]


def layer_outputs(model: nn.Module, input_shape: tuple[int, int, int]) -> list[tuple[str, str, list[int]]]:
    """Name, type and output shape (without the batch) of every module that is called, blocks too, in order of call.

    Of a module that is called several times the last call counts. The network itself is left out.

    Raises:
        UserError: the network cannot take such a picture.
    """
    modules = dict(model.named_modules())
    _, seen = _trace(model, input_shape)
    called = [(name, one.output_shape) for name, one in seen.items() if name]
    return [(name, type(modules[name]).__name__, shape) for name, shape in called if shape is not None]


@dataclass(frozen=True)
class _Seen:
    """What the last call of a module made of its input."""

    output_shape: list[int] | None = None
    reshaped: bool = False
    receptive_field: int | None = None


def _rows(model: nn.Module, tracer: Tracer, seen: dict[str, _Seen]) -> list[dict[str, Any]]:
    modules = dict(model.named_modules())
    counted: set[int] = set()
    rows = []
    for name in [*seen, *(name for name in modules if name not in seen)]:
        module, call, cost = modules[name], seen.get(name, _Seen()), tracer.multiply_adds.get(name, 0)
        own = list(module.parameters(recurse=False))
        leaf = next(module.children(), None) is None
        if not (own or cost or (leaf and call.reshaped)):
            continue
        row = {
            "name": name,
            "type": type(module).__name__,
            "output_shape": call.output_shape,
            "parameters": sum(parameter.numel() for parameter in own if id(parameter) not in counted),
            "multiply_adds": cost,
            "receptive_field": call.receptive_field,
        }
        counted.update(id(parameter) for parameter in own)
        rows.append(row)
    return rows


def _trace(model: nn.Module, input_shape: tuple[int, ...]) -> tuple[Tracer, dict[str, _Seen]]:
    skeleton = _skeleton(model).eval()
    tracer = Tracer()
    seen: dict[str, _Seen] = {}
    _watch(skeleton, tracer, seen)
    floats = (parameter.dtype for parameter in skeleton.parameters() if parameter.is_floating_point())
    try:
        with torch.inference_mode(), torch.device("meta"):
            picture = torch.empty(1, *input_shape, dtype=next(floats, torch.float32))
            tracer.start(picture)
            with tracer:
                skeleton(picture)
    except (RuntimeError, ValueError, TypeError, IndexError, AssertionError) as error:
        size = "x".join(str(side) for side in input_shape)
        raise UserError(f"The network cannot take a picture of {size}: {shorten(error, 200)}") from error
    return tracer, seen


def _watch(skeleton: nn.Module, tracer: Tracer, seen: dict[str, _Seen]) -> None:
    """Hooks on the skeleton (thrown away with it) that tell the tracer whose turn it is and note each call."""
    for name, module in skeleton.named_modules():
        inputs: list[list[int] | None] = []  # a stack, should a module call itself

        def before(
            _: nn.Module,
            args: Any,
            kwargs: Any,
            name: str = name,
            inputs: list[list[int] | None] = inputs,
        ) -> None:
            given = _first_tensor([*args, *kwargs.values()])
            inputs.append(None if given is None else list(given.shape))
            seen.setdefault(name, _Seen())  # the place in the order of call
            tracer.enter(name)

        def after(
            _: nn.Module, args: Any, result: Any, name: str = name, inputs: list[list[int] | None] = inputs
        ) -> None:
            tracer.leave()
            made, given = _first_tensor([result]), inputs.pop()
            if made is not None:
                seen[name] = _Seen(list(made.shape[1:]), list(made.shape) != given, tracer.pixels(made))

        module.register_forward_pre_hook(before, with_kwargs=True)
        module.register_forward_hook(after)


def _first_tensor(values: Any) -> Tensor | None:
    """The first tensor among values, also inside tuples, lists and dictionaries."""
    for value in values.values() if isinstance(values, dict) else values:
        if isinstance(value, Tensor):
            return value
        if isinstance(value, list | tuple | dict):
            found = _first_tensor(value)
            if found is not None:
                return found
    return None


def _skeleton(model: nn.Module) -> nn.Module:
    """A copy without weights (on the meta device) and without the hooks of others; shared parts stay shared."""
    twins: dict[int, Any] = {}  # what `deepcopy` takes instead of copying
    for module in model.modules():
        for key, value in vars(module).items():
            if isinstance(value, Tensor):
                twins[id(value)] = torch.empty_like(value, device="meta", requires_grad=False)
            elif "_hooks" in key and isinstance(value, dict):
                twins[id(value)] = OrderedDict()
        for parameter in module.parameters(recurse=False):
            hollow = torch.empty_like(parameter, device="meta")
            twins[id(parameter)] = nn.Parameter(hollow, requires_grad=parameter.requires_grad)
        for buffer in module.buffers(recurse=False):
            twins[id(buffer)] = torch.empty_like(buffer, device="meta")
    return copy.deepcopy(model, twins)
