"""Rules of the labs of chapter 8: numbers that confirm, that refute, and that are neither."""

BENCH = {
    "int8_accuracy_change": 0.0002,
    "int8_size_ratio": 0.37,
    "int8_speedup": 0.6,
    "runtime_speedup": 1.7,
    "zeros_time_ratio": 0.98,
    "half_channels_speedup": 1.7,
}
CURVE = {
    "accuracy": 0.95,
    "accuracy_trained_on_50": 0.955,
    "accuracy_at_once_90": 0.2,
    "accuracy_in_stages_90": 0.92,
}
SIDES = {
    **{"accuracy_28": 0.96, "multiply_adds_28": 1.92e6, "ms_28": 2.6},
    **{"accuracy_14": 0.95, "multiply_adds_14": 0.42e6, "ms_14": 1.0},
}
TAUGHT = {
    "accuracy_labels": 0.82,
    "accuracy_soft": 0.87,
    "accuracy_unlabelled": 0.92,
    "accuracy_all_labels": 0.93,
    "accuracy_teacher": 0.97,
}
RULES = {
    "pruning_curve": (
        CURVE,
        {**CURVE, "accuracy_trained_on_50": 0.8},
        {**CURVE, "accuracy_in_stages_90": 0.22},
    ),
    "separable_cost": (
        {"ratio_multiply_adds": 7.9, "ratio_time": 1.8},
        {"ratio_multiply_adds": 7.9, "ratio_time": 7},
        {"ratio_multiply_adds": 7.9, "ratio_time": 5},
    ),
    "resolution_sweep": (SIDES, {**SIDES, "accuracy_14": 0.7}, {**SIDES, "accuracy_14": 0.86}),
    "distillation": (TAUGHT, {**TAUGHT, "accuracy_soft": 0.8}, {**TAUGHT, "accuracy_soft": 0.83}),
    "compression_bench": (
        BENCH,
        {**BENCH, "zeros_time_ratio": 0.5},
        {**BENCH, "int8_size_ratio": 0.6},
    ),
}
