"""Rules of the labs of chapter 9: numbers that confirm, that refute, and that are neither."""

RULES = {
    "constant_predictor": (
        {"accuracy_90": 0.9, "balanced_accuracy_90": 0.5, "macro_f1_90": 0.474},
        {"accuracy_90": 0.9, "balanced_accuracy_90": 0.9, "macro_f1_90": 0.9},
        None,
    ),
}
