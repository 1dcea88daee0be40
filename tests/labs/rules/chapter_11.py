"""Rules of the labs of chapter 11: numbers that confirm, that refute, and that are neither."""

METHODS = ("grad_cam", "guided_grad_cam", "saliency", "integrated_gradients", "occlusion")


def _known(passed: int) -> dict[str, float]:
    points = {f"points_{method}": 0.9 if place < passed else 0.1 for place, method in enumerate(METHODS)}
    return {"area": 0.2, **points, **{f"share_{method}": 0.5 for method in METHODS}}


def _faded(sure: float, unsure: float) -> dict[str, float]:
    about = {"sure": 0.9999, "unsure": 0.8, "alike_sure": 0.9, "alike_unsure": 0.8}
    return {**about, "ratio_sure": sure, "ratio_unsure": unsure}


def _left(cam: float) -> dict[str, float]:
    return {"grad_cam_all": cam, **{f"{method}_all": 0.2 for method in METHODS[1:]}}


def _errors(*errors: float) -> dict[str, float]:
    return {f"error_{block}": error for block, error in enumerate(errors, 1)}


RULES = {
    "known_answer": (_known(5), _known(2), _known(4)),
    "randomised_weights": (_left(0.1), _left(0.8), _left(0.45)),
    "score_or_softmax": (_faded(1e-5, 0.17), _faded(0.2, 0.17), _faded(0.05, 0.17)),
    "inversion_depth": (_errors(0.3, 0.6, 0.8, 0.9), _errors(0.9, 0.8, 0.8, 0.7), _errors(0.5, 0.9, 0.8, 0.85)),
}
