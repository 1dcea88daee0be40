"""Rules of the labs of chapter 8: numbers that confirm, that refute, and that are neither."""

BENCH = {
    "int8_accuracy_change": 0.0002,
    "int8_size_ratio": 0.37,
    "int8_speedup": 0.6,
    "runtime_speedup": 1.7,
    "zeros_time_ratio": 0.98,
    "half_channels_speedup": 1.7,
}
RULES = {
    "compression_bench": (
        BENCH,
        {**BENCH, "zeros_time_ratio": 0.5},
        {**BENCH, "int8_size_ratio": 0.6},
    ),
}
