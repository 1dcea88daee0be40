"""Rules of the labs of chapter 10: numbers that confirm, that refute, and that are neither."""

CALIBRATION = {
    "accuracy": 0.95,
    "auc": 0.99,
    "auc_moves": 0.0,
    "temperature": 1.1,
    "error_plain": 0.02,
    "error_fitted": 0.01,
    "loss_plain": 0.12,
    "loss_fitted": 0.11,
}
RULES = {
    "base_rate": (
        {"auc_1": 0.95, "auc_100": 0.95, "precision_1": 0.9, "precision_100": 0.1},
        {"auc_1": 0.95, "auc_100": 0.95, "precision_1": 0.9, "precision_100": 0.9},
        {"auc_1": 0.95, "auc_100": 0.90, "precision_1": 0.9, "precision_100": 0.1},
    ),
    "interval_width": (
        {"width_10": 0.47, "width_1000": 0.057, "coverage_mean": 0.95},
        {"width_10": 0.47, "width_1000": 0.4, "coverage_mean": 0.95},
        {"width_10": 0.2, "width_1000": 0.02, "coverage_mean": 0.95},
    ),
    "same_auc_other_calibration": (
        {**CALIBRATION, "accuracy_moves": 0.0, "error_smallest": 0.01, "error_largest": 0.11},
        {**CALIBRATION, "accuracy_moves": 0.05, "error_smallest": 0.01, "error_largest": 0.11},
        {**CALIBRATION, "accuracy_moves": 0.0, "error_smallest": 0.01, "error_largest": 0.015},
    ),
}
