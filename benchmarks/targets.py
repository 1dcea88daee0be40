"""What the means of labs have to reach, whatever the seeds: the readings behind them left room for spread."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Target:
    """A number of a lab, or what it is minus or over another one, against a bound."""

    number: str
    sign: str
    bound: float
    minus: str = ""
    over: str = ""

    @property
    def words(self) -> str:
        """What is compared: `ratio_sigmoid / ratio_relu`."""
        if self.minus:
            return f"{self.number} - {self.minus}"
        return f"{self.number} / {self.over}" if self.over else self.number

    def value(self, numbers: Mapping[str, float]) -> float:
        """What is compared.

        Raises:
            KeyError: the lab has no such number.
        """
        found = numbers[self.number]
        if self.minus:
            return found - numbers[self.minus]
        return found / numbers[self.over] if self.over else found

    def met(self, numbers: Mapping[str, float]) -> bool:
        """Whether the bound is kept."""
        return SIGNS[self.sign](self.value(numbers), self.bound)


TARGETS: dict[str, tuple[Target, ...]] = {
    "activation_vanishing": (
        Target("ratio_sigmoid", "<", 1e-6),
        Target("ratio_sigmoid", "<", 1e-3, over="ratio_relu"),
        Target("ratio_relu_he", ">", 0.1),
    ),
    "pool_is_nonlinear": (Target("accuracy_max_pool", ">=", 0.04, minus="accuracy_average_pool"),),
    "dying_relu": (
        Target("accuracy_relu", "<", 0.2),
        Target("accuracy_leaky", ">", 0.8),
        Target("accuracy_elu", ">", 0.8),
    ),
    "measured_receptive_field": (Target("largest_difference", "<=", 0),),
    "cue_at_a_distance": (Target("accuracy_123", ">=", 0.97), Target("accuracy_222", "<=", 0.65)),
    "segmentation_minute": (
        Target("lattice_222", ">=", 3, over="lattice_1248"),
        Target("iou_unet", ">=", 0.7),
    ),
    "compression_bench": (
        Target("int8_accuracy_change", ">=", -0.005),
        Target("int8_accuracy_change", "<=", 0.005),
        Target("int8_size_ratio", "<=", 0.4),
        Target("zeros_time_ratio", ">=", 0.9),
        Target("zeros_time_ratio", "<=", 1.1),
        Target("half_channels_speedup", ">=", 1.5),
    ),
    "imbalance_remedies": (Target("minority_recall_weights", ">=", 0.3, minus="minority_recall_none"),),
    "gradient_by_depth": (Target("ratio_plain_56", ">", 100), Target("ratio_resnet_56", "<", 20)),
    "degradation": (Target("loss_plain_56", ">", 1), Target("loss_resnet_56", "<", 0.1)),
    "dcgan_minute": (
        Target("fid", "<=", 1 / 8, over="fid_untrained"),
        Target("fid", "<=", 1 / 4, over="fid_blurred"),
        Target("classes_covered", ">=", 10),
    ),
    "color_or_shape": (
        Target("accuracy_rgb", ">=", 0.97),
        Target("accuracy_grey", "<=", 0.45),
        Target("accuracy_rotated", "<=", 0.05),
    ),
    "background_shortcut": (Target("accuracy_reversed", "<=", 0.1),),
    "shape_or_texture": (Target("by_texture", ">=", 0.9), Target("by_shape_after", ">=", 0.9)),
    "direction_of_motion": (
        Target("accuracy_average", ">=", 0.45),
        Target("accuracy_average", "<=", 0.55),
        Target("accuracy_lstm", ">=", 0.97),
        Target("accuracy_3d", ">=", 0.97),
        Target("accuracy_reversed", "<=", 0.03),
    ),
}
