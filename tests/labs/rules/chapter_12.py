"""Rules of the labs of chapter 12: numbers that confirm, that refute, and that are neither."""

RULES = {
    "gradient_by_depth": (
        {"ratio_plain_56": 1900, "ratio_resnet_56": 11},
        {"ratio_plain_56": 11, "ratio_resnet_56": 11},
        {"ratio_plain_56": 80, "ratio_resnet_56": 11},
    ),
}
