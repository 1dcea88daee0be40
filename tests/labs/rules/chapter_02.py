"""Rules of the labs of chapter 2: numbers that confirm, that refute, and that are neither."""

SAME = {f"recall_same_{name}": 0.97 for name in ("none", "mirror", "turn")}

TRUE = {"train_accuracy_true": 1.0, "val_accuracy_true": 0.93, "train_accuracy_half": 1.0, "val_accuracy_half": 0.66}
CASES = ("none", "dropout", "decay", "smoothing", "mixup", "augmentation", "pooling", "all")


def remedies(none, best, gap):
    """Test accuracies and gaps with one remedy that helps."""
    tests = {f"test_accuracy_{name}": none for name in CASES} | {"test_accuracy_augmentation": best}
    return tests | {f"gap_{name}": gap for name in CASES}


RULES = {
    "overfit_and_remedies": (remedies(0.85, 0.91, 0.15), remedies(0.85, 0.85, 0.15), remedies(0.95, 0.96, 0.05)),
    "random_labels": (
        {"train_accuracy_random": 1.0, "val_accuracy_random": 0.11, **TRUE},
        {"train_accuracy_random": 1.0, "val_accuracy_random": 0.5, **TRUE},
        {"train_accuracy_random": 0.6, "val_accuracy_random": 0.11, **TRUE},
    ),
    "wrong_augmentation": (
        {"recall_signs_none": 0.956, "recall_signs_mirror": 0.896, "recall_signs_turn": 0.905, **SAME},
        {"recall_signs_none": 0.95, "recall_signs_mirror": 0.95, "recall_signs_turn": 0.96, **SAME},
        {"recall_signs_none": 0.95, "recall_signs_mirror": 0.949, "recall_signs_turn": 0.90, **SAME},
    ),
}
