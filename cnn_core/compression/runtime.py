"""ONNX and ONNX Runtime: a network as a file that other programs run, in float32 or in whole numbers of 8 bits."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnn_core.compression.folding import folded

INPUT, OUTPUT = "pictures", "logits"
CALIBRATION = 200  # pictures that are enough to find the range of every layer


def exported(module: nn.Module, input_shape: tuple[int, int, int]) -> bytes:
    """A network as an ONNX file with batch norm folded; takes float32 (N, C, H, W) `pictures`, gives `logits`."""
    plain, _ = folded(module)
    with (
        tempfile.TemporaryDirectory() as folder,
        warnings.catch_warnings(),
    ):  # the exporter without dynamo is called legacy; the other one needs onnxscript
        warnings.simplefilter("ignore")
        torch.onnx.export(
            plain,
            (torch.zeros(1, *input_shape),),
            f"{folder}/network.onnx",
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "n"}, OUTPUT: {0: "n"}},
            dynamo=False,
        )
        return Path(folder, "network.onnx").read_bytes()


def quantized(onnx: bytes, images: Tensor) -> bytes:
    """A float32 file in int8: static, its ranges found on `images`, float32 (N, C, H, W); 200 of them are enough.

    Weights have a scale for each filter, activations one for each layer, in the form with QuantizeLinear nodes.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    batches = iter([{INPUT: batch.contiguous().numpy()} for batch in torch.split(images, 50)])

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # their base class has no types
        def get_next(self) -> Any:
            return next(batches, None)

    with tempfile.TemporaryDirectory() as folder:
        given, ready, made = (Path(folder, f"{name}.onnx") for name in ("float32", "ready", "int8"))
        given.write_bytes(onnx)
        quant_pre_process(given, ready, skip_symbolic_shape=True)
        quantize_static(
            ready,
            made,
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return made.read_bytes()


class Session:
    """A file as ONNX Runtime runs it, on the processor. Call it with float32 (N, C, H, W); gives logits (N, K)."""

    def __init__(self, onnx: bytes, threads: int = 1) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])

    def __call__(self, images: Tensor) -> Tensor:
        found: NDArray[np.float32] = self._session.run([OUTPUT], {INPUT: images.contiguous().numpy()})[0]
        return torch.from_numpy(found)
