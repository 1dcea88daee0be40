"""Rules of the labs of chapter 4: numbers that confirm, that refute, and that are neither."""

RULES = {
    "measured_receptive_field": (
        {"largest_difference": 0, "share_222": 0.29},
        {"largest_difference": 2, "share_222": 0.29},
        None,
    ),
    "segmentation_minute": (
        {
            "lattice_222": 0.013,
            "lattice_1248": 0.002,
            "iou_unet": 0.78,
            "iou_1248": 0.6,
            "iou_222": 0.5,
            "iou_111": 0.4,
        },
        {
            "lattice_222": 0.001,
            "lattice_1248": 0.002,
            "iou_unet": 0.78,
            "iou_1248": 0.6,
            "iou_222": 0.5,
            "iou_111": 0.4,
        },
        {"lattice_222": 0.013, "lattice_1248": 0.002, "iou_unet": 0.5, "iou_1248": 0.6, "iou_222": 0.5, "iou_111": 0.4},
    ),
    "cue_at_a_distance": (
        {"accuracy_123": 0.99, "accuracy_222": 0.55},
        {"accuracy_123": 0.99, "accuracy_222": 0.98},
        {"accuracy_123": 0.99, "accuracy_222": 0.75},
    ),
}
