"""Rules of the labs of chapter 3: numbers that confirm, that refute, and that are neither."""


def _shuffled(dense: float, conv: float) -> dict[str, float]:
    plain = {"mlp_plain": 0.94, "cnn_plain": 0.97}
    return {**plain, "mlp_shuffled": 0.94 - dense, "cnn_shuffled": 0.97 - conv, "mlp_lost": dense, "cnn_lost": conv}


RULES = {
    "pixel_shuffle": (_shuffled(0.0, 0.07), _shuffled(0.05, 0.04), _shuffled(0.0, 0.01)),
}
