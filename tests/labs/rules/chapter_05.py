"""Rules of the labs of chapter 5: numbers that confirm, that refute, and that are neither."""


def _stripes(plain: float, antialiased: float) -> dict[str, float]:
    ways = ("bilinear", "bicubic")
    left = {f"{way}_{kind}": value for way in ways for kind, value in (("plain", plain), ("antialiased", antialiased))}
    return {"contrast_before": 0.47, **left}


def _losses(raw: float, unit: float, standard: float) -> dict[str, float]:
    return {
        "loss_raw": raw,
        "loss_unit": unit,
        "loss_standard": standard,
        "loss_unit_larger_step": 0.6,
        "first_over_second_unit": 8.5,
        "first_over_second_standard": 4.9,
    }


def _lost(bgr_colour: float, others: float) -> dict[str, float]:
    names = ("unscaled", "bgr", "nearest", "bicubic", "plain", "stretch", "pad")
    return {"accuracy": 0.94, "lost_bgr_colour": bgr_colour, **{f"lost_{name}": others for name in names}}


RULES = {
    "preprocessing_skew": (_lost(0.66, 0.03), _lost(0.01, 0.0), _lost(0.66, 0.0)),
    "input_scaling": (_losses(5, 1.8, 0.7), _losses(5, 0.5, 0.7), _losses(0.9, 1.8, 0.7)),
    "antialias_stripes": (_stripes(0.3, 0.01), _stripes(0.2, 0.19), _stripes(0.1, 0.02)),
}
