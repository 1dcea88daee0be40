"""Rules of the labs of chapter 16: numbers that confirm, that refute, and that are neither."""

RIGHT = {"accuracy_average": 0.5, "accuracy_lstm": 1.0, "accuracy_3d": 1.0, "accuracy_reversed": 0.0}

RULES = {
    "direction_of_motion": (
        RIGHT,
        {**RIGHT, "accuracy_average": 0.8},
        {**RIGHT, "accuracy_lstm": 0.6, "accuracy_reversed": 0.05},
    ),
}
