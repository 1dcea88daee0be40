"""Rules of the labs of chapter 9: numbers that confirm, that refute, and that are neither."""

OTHERS = {"majority_recall_none": 0.97, "majority_recall_weights": 0.93, "majority_recall_both": 0.5}
REMEDIES = {"minority_recall_focal": 0.22, **OTHERS}
HARD = {"hard_share_0": 0.5, "hard_share_2": 0.7, "hard_share_5": 0.8}

RULES = {
    "imbalance_remedies": (
        {"minority_recall_none": 0.19, "minority_recall_weights": 0.59, **REMEDIES},
        {"minority_recall_none": 0.6, "minority_recall_weights": 0.58, **REMEDIES},
        {"minority_recall_none": 0.45, "minority_recall_weights": 0.6, **REMEDIES},
    ),
    "focal_gamma": (
        {
            **HARD,
            "minority_recall_0": 0.16,
            "minority_recall_1": 0.17,
            "minority_recall_2": 0.19,
            "minority_recall_5": 0.2,
        },
        {
            **HARD,
            "minority_recall_0": 0.16,
            "minority_recall_1": 0.4,
            "minority_recall_2": 0.5,
            "minority_recall_5": 0.6,
        },
        {
            **HARD,
            "hard_share_2": 0.52,
            "minority_recall_0": 0.16,
            "minority_recall_1": 0.17,
            "minority_recall_2": 0.19,
            "minority_recall_5": 0.2,
        },
    ),
    "constant_predictor": (
        {"accuracy_90": 0.9, "balanced_accuracy_90": 0.5, "macro_f1_90": 0.474},
        {"accuracy_90": 0.9, "balanced_accuracy_90": 0.9, "macro_f1_90": 0.9},
        None,
    ),
}
