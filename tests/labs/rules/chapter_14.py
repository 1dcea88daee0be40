"""Rules of the labs of chapter 14: numbers that confirm, that refute, and that are neither."""

FIGURES = {"accuracy_figure_rgb": 0.9, "accuracy_figure_grey": 0.92}

RULES = {
    "color_or_shape": (
        {"accuracy_rgb": 1.0, "accuracy_grey": 0.33, "accuracy_rotated": 0.0, **FIGURES},
        {"accuracy_rgb": 1.0, "accuracy_grey": 0.9, "accuracy_rotated": 0.0, **FIGURES},
        {"accuracy_rgb": 1.0, "accuracy_grey": 0.33, "accuracy_rotated": 0.3, **FIGURES},
    ),
    "channel_swap": (
        {"accuracy_colour": 1.0, "swapped_colour": 0.33, "accuracy_figure": 0.87, "swapped_figure": 0.78},
        {"accuracy_colour": 1.0, "swapped_colour": 0.99, "accuracy_figure": 0.87, "swapped_figure": 0.78},
        {"accuracy_colour": 1.0, "swapped_colour": 0.33, "accuracy_figure": 0.87, "swapped_figure": 0.57},
    ),
    "grey_transfer": (
        {"grey_to_grey": 0.97, "grey_to_colour": 0.95, "colour_to_colour": 0.95, "colour_to_grey": 0.93},
        {"grey_to_grey": 0.97, "grey_to_colour": 0.37, "colour_to_colour": 0.93, "colour_to_grey": 0.91},
        {"grey_to_grey": 0.97, "grey_to_colour": 0.9, "colour_to_colour": 0.95, "colour_to_grey": 0.93},
    ),
}
