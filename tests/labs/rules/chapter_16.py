"""Rules of the labs of chapter 16: numbers that confirm, that refute, and that are neither."""

RIGHT = {"accuracy_average": 0.5, "accuracy_lstm": 1.0, "accuracy_3d": 1.0, "accuracy_reversed": 0.0}
TURNED = {"opposite_lstm": 0.99, "opposite_3d": 1.0, "changed_average": 0.0, "accuracy_lstm": 1.0, "accuracy_3d": 1.0}
LENGTHS = {f"accuracy_{key}_{length}": 0.99 for key in ("lstm", "3d") for length in (2, 4, 6, 8, 12, 16)}
ERRORS = {"error_model": 0.019, "error_copy": 0.05, "error_noise": 0.0096, "ratio": 0.38, "avoidable_left": 0.24}

RULES = {
    "direction_of_motion": (
        RIGHT,
        {**RIGHT, "accuracy_average": 0.8},
        {**RIGHT, "accuracy_lstm": 0.6, "accuracy_reversed": 0.05},
    ),
    "film_reversed": (
        TURNED,
        {**TURNED, "opposite_lstm": 0.05, "opposite_3d": 0.02},
        {**TURNED, "opposite_lstm": 0.6},
    ),
    "next_frame": (ERRORS, {**ERRORS, "ratio": 1.1}, {**ERRORS, "ratio": 0.7}),
    "length_transfer": (
        LENGTHS,
        {**LENGTHS, "accuracy_lstm_4": 0.7},
        {**LENGTHS, "accuracy_lstm_8": 0.7, "accuracy_lstm_4": 0.3},
    ),
}
