"""Follow one picture through a network, operation by operation: multiply-adds, and how far each place sees.

Works below the layers, on what they ask of torch, so it holds for functional calls and any wiring of branches.

How far a place sees is carried with each tensor as (reach, jump) for rows and columns, in pixels of the picture
(Araujo, Norris and Sim, 2019). A window of k places, d apart, adds (k - 1) * d * jump to the reach; a stride multiplies
the jump; where branches meet, the widest counts. After a dense layer, global pooling or attention a place sees
everything: `None`, which is wider than any number. So a gate made by global pooling (squeeze-and-excitation) ends
counting too. What normalisation layers gather over the picture is not counted, as is usual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten


class Axis(NamedTuple):
    """Along one side: pixels that one place sees, and pixels between neighbouring places."""

    reach: Fraction = Fraction(1)
    jump: Fraction = Fraction(1)

    def window(self, kernel: int, stride: int, dilation: int = 1) -> Axis:
        return Axis(self.reach + (kernel - 1) * dilation * self.jump, self.jump * stride)


class Field(NamedTuple):
    """What one place of a tensor (N, C, H, W) sees, or of (N, H, W, C) with `channels_last`."""

    rows: Axis = Axis()
    columns: Axis = Axis()
    channels_last: bool = False

    @property
    def pixels(self) -> int:
        return ceil(max(self.rows.reach, self.columns.reach))

    @property
    def places(self) -> tuple[int, int]:
        """The dimensions of rows and columns."""
        return (1, 2) if self.channels_last else (2, 3)

    def along(self, change: Callable[[Axis, int], Axis]) -> Field:
        """Both axes through `change(axis, 0 for rows or 1 for columns)`."""
        return Field(change(self.rows, 0), change(self.columns, 1), self.channels_last)


class Tracer(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has not typed it
    """While active, counts and follows. Run under `torch.inference_mode`, best on the meta device.

    multiply_adds: of convolutions and of products with weights, by owner (see `enter`).
    convolutions: the last output grid (h, w) of each owner of a 2-D convolution, in order of call.
    widest: the field of the last convolution or local pool, the widest so far; 0 before there is one.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.multiply_adds: dict[str, int] = {}
        self.convolutions: dict[str, tuple[int, int]] = {}
        self.widest: int | None = 0
        self._owners: list[str] = [""]
        self._fields: dict[int, Field | None] = {}
        self._kept: list[Tensor] = []  # a tensor's id is its own only while it lives; on meta it holds no memory

    def start(self, picture: Tensor) -> None:
        self._note(picture, Field())

    def enter(self, owner: str) -> None:
        """What is counted from now on belongs to `owner`, until it leaves; what inner owners do is theirs."""
        self._owners.append(owner)

    def leave(self) -> None:
        self._owners.pop()

    def pixels(self, tensor: Tensor) -> int | None:
        """The receptive field of a tensor; None where it sees everything or does not come from the picture."""
        field = self._fields.get(id(tensor))
        return field.pixels if field else None

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        packet = func.overloadpacket
        known = packet in RULES
        if not known and packet not in REDUCTIONS:  # rules know some composite operations; the others are taken apart
            with self:
                result = func.decompose(*args, **(kwargs or {}))
            if result is not NotImplemented:
                return result
        result = func(*args, **(kwargs or {}))
        sources = [tensor for tensor in _tensors(args) if id(tensor) in self._fields]
        if not sources:
            return result
        field = _widest(self._fields[id(tensor)] for tensor in sources)
        if field and known:
            field = RULES[packet](field, args, result)
        elif field and packet in REDUCTIONS:
            field = _reduction(field, func, args)
        for tensor in _tensors(result if isinstance(result, (tuple, list)) else (result,)):
            self._note(tensor, field)
        self._count(packet, args, result, field)
        return result

    def _note(self, tensor: Tensor, field: Field | None) -> None:
        self._fields[id(tensor)] = field
        self._kept.append(tensor)

    def _count(self, packet: Any, args: Any, result: Any, field: Field | None) -> None:
        if packet is aten.convolution and result.ndim == 4:
            self.convolutions.pop(self._owners[-1], None)
            self.convolutions[self._owners[-1]] = (result.shape[2], result.shape[3])
        if packet in WINDOWS:
            self.widest = max(self.widest or 0, field.pixels) if field else None
        count = self._products(packet, args, result)
        if count:
            owner = self._owners[-1]
            self.multiply_adds[owner] = self.multiply_adds.get(owner, 0) + count

    def _products(self, packet: Any, args: Any, result: Any) -> int:
        """Multiply-adds of one operation on this batch; products of two activations (attention) are not counted."""
        if packet is aten.convolution:
            places = args[0] if args[6] else result  # args[6]: transposed
            return args[1].numel() * places.shape[0] * places.shape[2:].numel()
        if packet is aten.linear:
            return args[0].numel() * args[1].shape[0]
        if packet in PRODUCTS:
            left, right = list(_tensors(args))[-2:]
            if (id(left) in self._fields) != (id(right) in self._fields):
                return left.numel() * right.shape[-1]
        return 0


def _tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    """The tensors among arguments, also in lists (concatenation takes one)."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _tensors(value)


def _widest(fields: Iterable[Field | None]) -> Field | None:
    widest: Field | None = None
    for field in fields:
        if field is None:
            return None
        if widest is None or widest == field:
            widest = field
        else:
            pairs = zip(widest[:2], field[:2], strict=True)
            rows, columns = (Axis(max(a.reach, b.reach), max(a.jump, b.jump)) for a, b in pairs)
            widest = Field(rows, columns, widest.channels_last)
    return widest


def _two(values: Sequence[int], default: Sequence[int] = (1, 1)) -> Sequence[int]:
    """The numbers for rows and columns: the last two of three, one for both, or the default where empty."""
    values = values or default
    return values[-2:] if len(values) > 1 else (values[0], values[0])


def _convolution(field: Field, args: Any, result: Tensor) -> Field | None:
    if result.ndim < 4:
        return None  # one-dimensional: no longer rows and columns of a picture
    kernel, stride, dilation = args[1].shape[-2:], _two(args[3]), _two(args[5])
    if not args[6]:
        return field.along(lambda axis, side: axis.window(kernel[side], stride[side], dilation[side]))

    def transposed(axis: Axis, side: int) -> Axis:  # so many places of the input meet in one of the output
        more = (kernel[side] - 1) * dilation[side] // stride[side]
        return Axis(axis.reach + more * axis.jump, axis.jump / stride[side])

    return field.along(transposed)


def _pool(field: Field, args: Any, result: Any) -> Field | None:
    kernel = _two(args[1])
    stride = _two(args[2] if len(args) > 2 else (), kernel)
    return field.along(lambda axis, side: axis.window(kernel[side], stride[side]))


def _max_pool(field: Field, args: Any, result: Any) -> Field | None:
    kernel = _two(args[1])
    stride = _two(args[2] if len(args) > 2 else (), kernel)
    dilation = _two(args[4] if len(args) > 4 and isinstance(args[4], (list, tuple)) else ())
    return field.along(lambda axis, side: axis.window(kernel[side], stride[side], dilation[side]))


def _adaptive_pool(field: Field, args: Any, result: Any) -> Field | None:
    before, after = args[0].shape[-2:], _two(args[1])
    if 1 in after:
        return None  # global, along one side at least

    def local(axis: Axis, side: int) -> Axis:
        size, count = before[side], after[side]
        windows = (ceil(Fraction((place + 1) * size, count)) - place * size // count for place in range(count))
        return Axis(axis.reach + (max(windows) - 1) * axis.jump, axis.jump * Fraction(size, count))

    return field.along(local)


def _resize(taps: int) -> Callable[[Field, Any, Any], Field | None]:
    """Upsampling that mixes so many neighbours."""

    def rule(field: Field, args: Any, result: Tensor) -> Field | None:
        before, after = args[0].shape[-2:], result.shape[-2:]
        return field.along(
            lambda axis, side: Axis(
                axis.reach + (taps - 1) * axis.jump, axis.jump * Fraction(before[side], after[side])
            )
        )

    return rule


def _pixel_shuffle(field: Field, args: Any, result: Tensor) -> Field | None:
    return field.along(lambda axis, side: Axis(axis.reach, axis.jump / args[1]))


def _pixel_unshuffle(field: Field, args: Any, result: Tensor) -> Field | None:
    return field.along(lambda axis, side: axis.window(args[1], args[1]))


def _slice(field: Field, args: Any, result: Tensor) -> Field | None:
    """`x[:, :, ::2, ::2]` moves on by two places a step."""
    dim, step = args[1] if len(args) > 1 else 0, args[4] if len(args) > 4 else 1
    if result.ndim != 4:
        return field
    return field.along(lambda axis, side: axis.window(1, step if dim % 4 == field.places[side] else 1))


def _permute(field: Field, args: Any, result: Tensor) -> Field | None:
    swaps = {(0, 2, 3, 1): True, (0, 3, 1, 2): False}
    return Field(field.rows, field.columns, swaps.get(tuple(dim % result.ndim for dim in args[1]), field.channels_last))


def _linear(field: Field, args: Any, result: Tensor) -> Field | None:
    """Over the channels of (N, H, W, C) a dense layer is a 1x1 convolution; else it sees everything."""
    return field if field.channels_last and result.ndim == 4 else None


def _reduction(field: Field, func: Any, args: Any) -> Field | None:
    """Over channels a place sees what it saw; over rows, columns or everything it is global pooling."""
    names = [argument.name for argument in func._schema.arguments]
    if "other" in names:
        return field  # the larger of two tensors, place by place
    dims = args[names.index("dim")] if "dim" in names[: len(args)] else None
    dims = [dims] if isinstance(dims, int) else dims
    if args[0].ndim != 4 or not dims:
        return None
    return None if any(dim % 4 in field.places for dim in dims) else field


def _everything(field: Field, args: Any, result: Any) -> Field | None:
    return None


PRODUCTS = {aten.mm, aten.addmm, aten.bmm, aten.baddbmm}
POOLS: dict[Any, Callable[[Field, Any, Any], Field | None]] = {
    aten.max_pool2d_with_indices: _max_pool,
    aten.avg_pool2d: _pool,
    aten._adaptive_avg_pool2d: _adaptive_pool,
    aten.adaptive_max_pool2d: _adaptive_pool,
}
WINDOWS = {aten.convolution, *POOLS}
RULES: dict[Any, Callable[[Field, Any, Any], Field | None]] = {
    aten.convolution: _convolution,
    **POOLS,
    aten.upsample_nearest2d: _resize(1),
    aten._upsample_nearest_exact2d: _resize(1),
    aten.max_unpool2d: _resize(1),
    aten.upsample_bilinear2d: _resize(2),
    aten.upsample_bicubic2d: _resize(4),
    aten.pixel_shuffle: _pixel_shuffle,
    aten.pixel_unshuffle: _pixel_unshuffle,
    aten.slice: _slice,
    aten.permute: _permute,
    aten.linear: _linear,
    **dict.fromkeys([*PRODUCTS, aten.grid_sampler_2d, aten._fft_r2c, aten._fft_c2c], _everything),
}
REDUCTIONS = {
    *(aten.mean, aten.sum, aten.amax, aten.amin, aten.max, aten.min, aten.prod, aten.logsumexp, aten.median),
    *(aten.var, aten.std, aten.var_mean, aten.std_mean, aten.norm, aten.linalg_vector_norm),
}
