"""Rules of the labs of chapter 12: numbers that confirm, that refute, and that are neither."""

RULES = {
    "gradient_by_depth": (
        {"ratio_plain_56": 1900, "ratio_resnet_56": 11},
        {"ratio_plain_56": 11, "ratio_resnet_56": 11},
        {"ratio_plain_56": 80, "ratio_resnet_56": 11},
    ),
    "degradation": (
        {"loss_plain_20": 0.08, "loss_plain_56": 1.9, "loss_resnet_56": 0.02},
        {"loss_plain_20": 0.08, "loss_plain_56": 0.01, "loss_resnet_56": 0.02},
        {"loss_plain_20": 0.08, "loss_plain_56": 0.1, "loss_resnet_56": 0.02},
    ),
    "drop_a_block": (
        {"accuracy_plain": 0.85, "without_plain": 0.13, "accuracy_resnet": 0.99, "without_resnet": 0.88},
        {"accuracy_plain": 0.85, "without_plain": 0.8, "accuracy_resnet": 0.99, "without_resnet": 0.88},
        {"accuracy_plain": 0.85, "without_plain": 0.13, "accuracy_resnet": 0.99, "without_resnet": 0.7},
    ),
}
