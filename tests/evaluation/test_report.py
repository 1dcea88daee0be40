"""The report against hand arithmetic, published numbers and scikit-learn."""

from __future__ import annotations

import json
import math
from statistics import NormalDist

import numpy as np
import pytest
from sklearn import metrics

from cnn_core.evaluation import confusion_matrix, log_softmax, report, softmax, wilson

KEYS = {"n", "classes", "accuracy", "balanced_accuracy", "macro_f1", "auc_macro", "log_loss", "confusion_matrix"}
KEYS |= {"per_class", "accuracy_interval", "baseline"}
ROW = {"class", "precision", "recall", "f1", "support", "auc"}


def from_matrix(matrix, classes):
    """The report of pictures that fall into the cells of a confusion matrix; each is said with a logit of 1."""
    cells = [(i, j) for i, row in enumerate(matrix) for j, count in enumerate(row) for _ in range(count)]
    logits = np.zeros((len(cells), len(matrix)), np.float32)
    logits[np.arange(len(cells)), [j for _, j in cells]] = 1
    return report(logits, np.array([i for i, _ in cells]), classes)


def two_classes(chances, targets):
    """The report of two classes where class 1 has the given chances."""
    chances = np.asarray(chances)
    logits = np.stack([np.zeros_like(chances), np.log(chances / (1 - chances))], axis=1).astype(np.float32)
    return report(logits, np.asarray(targets), ["no", "yes"])


def random_case(n=500, k=5, seed=0):
    random = np.random.default_rng(seed)
    targets = random.integers(0, k, n)
    logits = random.normal(size=(n, k)).astype(np.float32)
    logits[np.arange(n), targets] += 1
    return logits, targets, [f"class {i}" for i in range(k)]


def test_ten_samples_of_two_classes_give_the_numbers_of_the_text_book():
    found = from_matrix([[4, 1], [2, 3]], ["no", "yes"])
    no, yes = found["per_class"]
    assert found["accuracy"] == pytest.approx(0.7)
    assert (yes["precision"], yes["recall"]) == pytest.approx((0.75, 0.6))
    assert yes["f1"] == pytest.approx(2 / 3)
    assert no["recall"] == pytest.approx(0.8)  # the specificity
    assert found["balanced_accuracy"] == pytest.approx(0.7)


def test_three_classes_give_the_numbers_of_the_text_book():
    found = from_matrix([[3, 1, 0], [0, 2, 1], [0, 1, 2]], ["cat", "dog", "bird"])
    shown = [
        (r["class"], round(r["precision"], 3), round(r["recall"], 3), round(r["f1"], 3), r["support"])
        for r in found["per_class"]
    ]
    assert shown == [
        ("cat", 1.0, 0.75, 0.857, 4),
        ("dog", 0.5, 0.667, 0.571, 3),
        ("bird", 0.667, 0.667, 0.667, 3),
    ]
    assert round(found["accuracy"], 4) == 0.7
    assert round(found["balanced_accuracy"], 4) == 0.6944
    assert round(found["macro_f1"], 4) == 0.6984
    assert found["confusion_matrix"] == [[3, 1, 0], [0, 2, 1], [0, 1, 2]]


# Ten chances that are the only ones, in steps of 0.1, with the area, Brier score (also of their cubes) and log loss
# that the text book gives.
CHANCES = [0.1, 0.1, 0.2, 0.3, 0.4, 0.3, 0.6, 0.7, 0.8, 0.9]
TRUTH = [0] * 5 + [1] * 5


def test_ten_chances_give_the_area_and_the_log_loss_of_the_text_book():
    found = two_classes(CHANCES, TRUTH)
    assert [row["auc"] for row in found["per_class"]] == pytest.approx([0.94, 0.94])  # 23.5 of 25 pairs, one tie
    assert found["auc_macro"] == pytest.approx(0.94)
    assert round(found["log_loss"], 4) == 0.3701
    assert found["confusion_matrix"] == [[5, 0], [1, 4]]


def test_the_area_sees_ranks_only_and_the_log_loss_more():
    cubed = two_classes(np.power(CHANCES, 3), TRUTH)
    assert cubed["auc_macro"] == pytest.approx(0.94)
    assert cubed["log_loss"] > 0.5


def test_an_area_of_095_means_little_precision_where_one_in_a_hundred_is_positive():
    normal = NormalDist()
    gap = math.sqrt(2) * normal.inv_cdf(0.95)
    scores = [normal.inv_cdf((i + 0.5) / 9900) for i in range(9900)]
    scores += [gap + normal.inv_cdf((i + 0.5) / 100) for i in range(100)]
    threshold = gap + normal.inv_cdf(0.2)  # a recall of 0.8
    logits = np.stack([np.zeros(10_000), np.array(scores) - threshold], axis=1).astype(np.float32)
    rare = report(logits, np.repeat([0, 1], [9900, 100]), ["common", "rare"])["per_class"][1]
    assert rare["auc"] == pytest.approx(0.95, abs=5e-4)
    assert rare["recall"] == pytest.approx(0.8)
    assert rare["precision"] == pytest.approx(0.105, abs=1e-3)


def test_seven_of_ten_is_anything_from_40_to_89_per_cent():
    low, high = wilson(7, 10)
    assert (round(low, 2), round(high, 2)) == (0.40, 0.89)
    assert from_matrix([[4, 1], [2, 3]], ["no", "yes"])["accuracy_interval"] == [low, high]


@pytest.mark.parametrize(("right", "n"), [(0, 10), (10, 10), (1, 3), (9870, 10_000)])
def test_the_interval_solves_the_equation_that_defines_it(right, n):
    for end in wilson(right, n):
        assert (right / n - end) ** 2 == pytest.approx(
            NormalDist().inv_cdf(0.975) ** 2 * end * (1 - end) / n, abs=1e-12
        )


def test_the_interval_of_nothing_is_everything():
    assert wilson(0, 0) == (0, 1)
    assert (wilson(0, 5)[0], wilson(5, 5)[1]) == (0, 1)


def test_every_number_agrees_with_scikit_learn():
    logits, targets, classes = random_case()
    found = report(logits, targets, classes)
    chances, predicted = softmax(logits), logits.argmax(1)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(targets, predicted)
    table = [[row[key] for row in found["per_class"]] for key in ("precision", "recall", "f1", "support")]
    assert np.allclose(table, [precision, recall, f1, support], rtol=1e-12)
    assert found["confusion_matrix"] == metrics.confusion_matrix(targets, predicted).tolist()
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(targets, predicted), rel=1e-12)
    assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(targets, predicted), rel=1e-12)
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(targets, predicted, average="macro"), rel=1e-12)
    area = metrics.roc_auc_score(targets, chances, multi_class="ovr", average="macro")
    assert found["auc_macro"] == pytest.approx(area, rel=1e-12)
    assert found["log_loss"] == pytest.approx(metrics.log_loss(targets, chances), rel=1e-12)


def test_the_baseline_is_the_most_frequent_class_of_the_split_that_is_scored():
    found = from_matrix([[1, 1, 0], [2, 0, 2], [1, 1, 0]], ["a", "b", "c"])
    assert found["baseline"] == {"class": "b", "accuracy": 0.5}


def test_of_classes_equally_frequent_the_baseline_is_the_first():
    assert from_matrix([[0, 1], [1, 0]], ["a", "b"])["baseline"] == {"class": "a", "accuracy": 0.5}


def test_a_class_without_pictures_is_undefined_and_leaves_the_means():
    found = from_matrix([[2, 0, 1], [0, 3, 0], [0, 0, 0]], ["a", "b", "ghost"])
    ghost = found["per_class"][2]
    assert ghost == {"class": "ghost", "precision": None, "recall": None, "f1": None, "support": 0, "auc": None}
    assert found["balanced_accuracy"] == pytest.approx((2 / 3 + 1) / 2)
    assert found["macro_f1"] == pytest.approx((0.8 + 1) / 2)
    assert found["auc_macro"] == pytest.approx(np.mean([row["auc"] for row in found["per_class"][:2]]))


def test_a_class_that_is_never_predicted_has_no_precision_and_an_f1_of_0():
    row = from_matrix([[3, 0], [2, 0]], ["a", "b"])["per_class"][1]
    assert (row["precision"], row["recall"], row["f1"]) == (None, 0, 0)


def test_a_class_that_has_all_pictures_has_no_area():
    found = from_matrix([[3, 1], [0, 0]], ["a", "b"])
    assert [row["auc"] for row in found["per_class"]] == [None, None]
    assert found["auc_macro"] is None


def test_a_split_without_pictures_has_no_numbers():
    found = report(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), ["a", "b"])
    undefined = ("accuracy", "balanced_accuracy", "macro_f1", "auc_macro", "log_loss", "baseline")
    assert [found[key] for key in undefined] == [None] * 6
    assert found["n"] == 0
    assert found["accuracy_interval"] == [0, 1]


def test_the_report_has_the_promised_keys_and_is_plain_json():
    found = report(*random_case())
    assert set(found) == KEYS
    assert all(set(row) == ROW for row in found["per_class"])
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_huge_logits_stay_exact():
    logits = np.array([[3e38, 0], [0, 1e5], [-1e30, 1e30]], np.float32)
    assert np.array_equal(softmax(logits), [[1, 0], [0, 1], [0, 1]])
    assert np.array_equal(log_softmax([[0.0, 1000.0]]), [[-1000, 0]])
    found = report(np.array([[0, 1000], [0, 0]], np.float32), np.array([0, 1]), ["a", "b"])
    assert found["log_loss"] == pytest.approx((1000 + math.log(2)) / 2, rel=1e-12)


def test_a_log_loss_is_float64_though_the_logits_are_float32():
    logits = np.array([[20, 0]], np.float32)  # in float32 the chance is 1 and its logarithm 0
    assert report(logits, np.array([0]), ["a", "b"])["log_loss"] == pytest.approx(math.log1p(math.exp(-20)), rel=1e-6)


def test_logits_that_are_not_finite_leave_a_report_that_is_json():
    logits = np.array([[np.nan, 0], [np.inf, 0], [0, 1]], np.float32)
    found = report(logits, np.array([0, 0, 1]), ["a", "b"])
    assert found["log_loss"] is None
    assert found["auc_macro"] is None
    json.dumps(found, allow_nan=False)


def test_the_confusion_matrix_refuses_a_class_that_is_not_there():
    with pytest.raises(ValueError, match=r"0\.\.1"):
        confusion_matrix([0, 2], [0, 1], 2)
    with pytest.raises(ValueError, match=r"0\.\.1"):
        confusion_matrix([0, 1], [-1, 1], 2)
