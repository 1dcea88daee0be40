"""Rules of the labs of chapter 3: numbers that confirm, that refute, and that are neither."""


def _shuffled(dense: float, conv: float) -> dict[str, float]:
    plain = {"mlp_plain": 0.94, "cnn_plain": 0.97}
    return {**plain, "mlp_shuffled": 0.94 - dense, "cnn_shuffled": 0.97 - conv, "mlp_lost": dense, "cnn_lost": conv}


def _moved(flatten: float, pooled: float, taught: float) -> dict[str, float]:
    lost = {"mlp": 0.8, "mlp_taught": 0.1, "flatten": flatten, "flatten_taught": taught}
    lost |= {"pooled": pooled, "pooled_taught": 0.02}
    return {
        f"{name}_{place}": 0.95 - by for name, one in lost.items() for place, by in (("centred", 0), ("moved", one))
    }


def _few(gain: float) -> dict[str, float]:
    right = {f"mlp_{each}": 0.7 for each in (10, 30, 100)} | {f"cnn_{each}": 0.7 + gain for each in (10, 30, 100)}
    return {**right, "gain_10": gain}


RULES = {
    "shift_test": (_moved(0.7, 0.1, 0.05), _moved(0.05, 0.02, 0.02), _moved(0.7, 0.5, 0.05)),
    "few_pictures": (_few(0.1), _few(-0.02), _few(0.01)),
    "pixel_shuffle": (_shuffled(0.0, 0.07), _shuffled(0.05, 0.04), _shuffled(0.0, 0.01)),
}
