"""The one model of all settings. An experiment is data: a run can be repeated from its JSON alone.

Importing this room and resolving all but the model's options needs no torch.
"""

from cnn_core.experiment.meaning import (
    augmentation_choices,
    classes_of,
    data_facts,
    facts,
    fit_preprocessing,
    load_data,
    missing,
    model_options,
    options_of,
    step_choices,
    unfit,
)
from cnn_core.experiment.presets import PRESETS, Preset, demo, preset
from cnn_core.experiment.resolving import resolve, train_defaults
from cnn_core.experiment.settings import (
    TRAIN_FIELDS,
    TRAIN_SHELVES,
    Choice,
    Experiment,
    Origin,
    Pretrained,
    Settings,
    TrainSettings,
    read,
    trained,
)
from cnn_core.experiment.tasks import GENERATION, TASKS, Task, targets_of, task_named, train_shelves

__all__ = [
    "GENERATION",
    "PRESETS",
    "TASKS",
    "TRAIN_FIELDS",
    "TRAIN_SHELVES",
    "Choice",
    "Experiment",
    "Origin",
    "Preset",
    "Pretrained",
    "Settings",
    "Task",
    "TrainSettings",
    "augmentation_choices",
    "classes_of",
    "data_facts",
    "demo",
    "facts",
    "fit_preprocessing",
    "load_data",
    "missing",
    "model_options",
    "options_of",
    "preset",
    "read",
    "resolve",
    "step_choices",
    "targets_of",
    "task_named",
    "train_defaults",
    "train_shelves",
    "trained",
    "unfit",
]
