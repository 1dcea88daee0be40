"""Rules of the labs of chapter 15: numbers that confirm, that refute, and that are neither."""

BALANCED = {"accuracy_agreeing_50": 0.98, "accuracy_random_50": 0.97, "accuracy_reversed_50": 0.95}

RULES = {
    "background_shortcut": (
        {"accuracy_reversed": 0.0, **BALANCED},
        {"accuracy_reversed": 0.9, **BALANCED},
        {"accuracy_reversed": 0.0, **BALANCED, "accuracy_reversed_50": 0.7},
    ),
    "shape_or_texture": (
        {"by_texture": 1.0, "by_shape_after": 0.95},
        {"by_texture": 0.2, "by_shape_after": 0.95},
        {"by_texture": 1.0, "by_shape_after": 0.7},
    ),
    "effective_field": (
        {"exponent": 0.48, "wider": 1.2, "radius_before": 3.3, "radius_after": 4.0},
        {"exponent": 0.95, "wider": 1.2, "radius_before": 3.3, "radius_after": 4.0},
        {"exponent": 0.48, "wider": 1.05, "radius_before": 3.3, "radius_after": 3.5},
    ),
    "patch_shuffle": (
        {"kept_whole": 0.33, "kept_bag": 0.64},
        {"kept_whole": 0.33, "kept_bag": 0.3},
        {"kept_whole": 0.33, "kept_bag": 0.38},
    ),
    "relation": (
        {"accuracy_near": 0.52, "accuracy_far": 1.0, "accuracy_placed": 0.99},
        {"accuracy_near": 0.95, "accuracy_far": 1.0, "accuracy_placed": 0.99},
        {"accuracy_near": 0.52, "accuracy_far": 0.9, "accuracy_placed": 0.99},
    ),
}
