"""Rules of the labs of chapter 4: numbers that confirm, that refute, and that are neither."""

RULES = {
    "measured_receptive_field": (
        {"largest_difference": 0, "share_222": 0.29},
        {"largest_difference": 2, "share_222": 0.29},
        None,
    ),
}
