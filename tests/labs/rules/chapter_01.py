"""Rules of the labs of chapter 1: numbers that confirm, that refute, and that are neither."""

RULES = {
    "dying_relu": (
        {"accuracy_relu": 0.126, "accuracy_leaky": 0.886, "accuracy_elu": 0.898, "dead_share_relu": 1.0},
        {"accuracy_relu": 0.92, "accuracy_leaky": 0.90, "accuracy_elu": 0.93, "dead_share_relu": 0.2},
        {"accuracy_relu": 0.4, "accuracy_leaky": 0.886, "accuracy_elu": 0.898, "dead_share_relu": 0.8},
    ),
    "activation_vanishing": (
        {"ratio_sigmoid": 1e-8, "ratio_relu": 2e-3, "ratio_relu_he": 0.3},
        {"ratio_sigmoid": 2e-3, "ratio_relu": 2e-3, "ratio_relu_he": 0.3},
        {"ratio_sigmoid": 2e-6, "ratio_relu": 2e-2, "ratio_relu_he": 0.3},
    ),
    "pool_is_nonlinear": (
        {"accuracy_average_pool": 0.88, "accuracy_max_pool": 0.946, "accuracy_relu": 0.955},
        {"accuracy_average_pool": 0.95, "accuracy_max_pool": 0.94, "accuracy_relu": 0.955},
        {"accuracy_average_pool": 0.93, "accuracy_max_pool": 0.95, "accuracy_relu": 0.955},
    ),
}
