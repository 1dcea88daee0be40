"""Rules of the labs of chapter 2: numbers that confirm, that refute, and that are neither."""

SAME = {f"recall_same_{name}": 0.97 for name in ("none", "mirror", "turn")}

RULES = {
    "wrong_augmentation": (
        {"recall_signs_none": 0.956, "recall_signs_mirror": 0.896, "recall_signs_turn": 0.905, **SAME},
        {"recall_signs_none": 0.95, "recall_signs_mirror": 0.95, "recall_signs_turn": 0.96, **SAME},
        {"recall_signs_none": 0.95, "recall_signs_mirror": 0.949, "recall_signs_turn": 0.90, **SAME},
    ),
}
