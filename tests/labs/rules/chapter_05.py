"""Rules of the labs of chapter 5: numbers that confirm, that refute, and that are neither."""


def _stripes(plain: float, antialiased: float) -> dict[str, float]:
    ways = ("bilinear", "bicubic")
    left = {f"{way}_{kind}": value for way in ways for kind, value in (("plain", plain), ("antialiased", antialiased))}
    return {"contrast_before": 0.47, **left}


RULES = {
    "antialias_stripes": (_stripes(0.3, 0.01), _stripes(0.2, 0.19), _stripes(0.1, 0.02)),
}
