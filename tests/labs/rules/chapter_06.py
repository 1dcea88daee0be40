"""Rules of the labs of chapter 6: numbers that confirm, that refute, and that are neither."""

SEARCH = {"found": 1.0, "taken_for_copies": 0.0}
REPORT = {"found_cut": 1.0, "found_copied": 1.0, "found_grey": 1.0, "false_findings": 0.0}
STATISTICS = {"accuracy_train": 0.965, "accuracy_shifted_train": 0.5, "accuracy_shifted_own": 0.965}

RULES = {
    "leakage": (
        {**SEARCH, "accuracy_honest": 0.91, "accuracy_leaked": 0.94, "accuracy_cleaned": 0.914},
        {**SEARCH, "accuracy_honest": 0.91, "accuracy_leaked": 0.91, "accuracy_cleaned": 0.91},
        {**SEARCH, "accuracy_honest": 0.91, "accuracy_leaked": 0.94, "accuracy_cleaned": 0.935},
    ),
    "planted_faults": (
        {**REPORT, "recall_20": 0.93},
        {**REPORT, "recall_20": 0.2},
        {**REPORT, "recall_20": 0.93, "false_findings": 1.0},
    ),
    "split_statistics": (
        {**STATISTICS, "change_all": 0.0002, "change_wrong": 0.33},
        {**STATISTICS, "change_all": 0.02, "change_wrong": 0.33},
        {**STATISTICS, "change_all": 0.0002, "change_wrong": 0.01},
    ),
}
