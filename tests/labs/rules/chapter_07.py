"""Rules of the labs of chapter 7: numbers that confirm, that refute, and that are neither."""

STACKS = {
    "field_5x5": 5,
    "field_two_3x3": 5,
    "field_7x7": 7,
    "field_three_3x3": 7,
    "parameters_equal_5x5": 102_464,
    "parameters_equal_two_3x3": 73_856,
    "parameters_growing_5x5": 4_864,
    "parameters_growing_two_3x3": 38_720,
    "ms_5x5": 4.3,
    "ms_two_3x3": 3.9,
}
WIDTH = {
    **{f"multiply_adds_{width}": 8_000 * width**2 for width in (4, 8, 16, 32)},
    **{f"accuracy_{width}": value for width, value in ((4, 0.45), (8, 0.7), (16, 0.88), (32, 0.93))},
    "us_a_million_32": 20,
    "us_a_million_33": 33,
}
HEAD = {
    "parameters_flatten": 54_778,
    "parameters_pool": 24_058,
    "accuracy_flatten_0": 0.97,
    "accuracy_pool_0": 0.95,
    "accuracy_flatten_6": 0.21,
    "accuracy_pool_6": 0.82,
}
RULES = {
    "kernel_stacks": (STACKS, {**STACKS, "parameters_growing_two_3x3": 4_000}, None),
    "width_sweep": (WIDTH, {**WIDTH, "accuracy_32": 0.45}, {**WIDTH, "accuracy_8": 0.5}),
    "flatten_or_pool": (HEAD, {**HEAD, "accuracy_pool_6": 0.2}, {**HEAD, "accuracy_pool_6": 0.25}),
}
