"""A run loaded to be asked: its network with the weights of the best epoch, and its predictions."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from torch import Tensor, nn

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.files import unseal
from cnn_core.data.sets import SPLITS, DataSet
from cnn_core.experiment import Experiment, data_facts, facts, load_data
from cnn_core.models import build_model
from cnn_core.network import Look, Network, Pictured
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.runs import checkpoints, predictions
from cnn_core.runs.predictions import Predictions
from cnn_core.runs.run import RunFolder


class Run:
    """What `load_run` returns. Loads the weights at the first question and keeps them."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.id = folder.id
        self.path = folder.folder
        self.experiment: Experiment = folder.experiment()
        self.classes: tuple[str, ...] = data_facts(self.experiment.data).classes
        self.checkpoint_sha256 = checkpoints.best_sha256(folder.checkpoints)

    def record(self) -> dict[str, object]:
        """The run's record as it is now."""
        return self.folder.record()

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """The fitted preprocessing, as training used it."""
        return Preprocessing.from_record(unseal(self.path / "preprocessing.json"))

    @cached_property
    def _network(self) -> Network:
        checkpoint = checkpoints.best(self.folder.checkpoints)
        module = build(self.experiment)
        try:
            module.load_state_dict(checkpoint.model)
        except RuntimeError as error:
            raise Failed(f"The weights of {self.id} do not fit its model: {shorten(error, 200)}") from error
        return Network(module, self.preprocessing, self.classes)

    def network(self) -> Network:
        """The network of the best epoch.

        Raises:
            Failed: no epoch has ended yet, or the weights are damaged.
        """
        return self._network

    def model(self) -> nn.Module:
        """The module of the best epoch, in eval mode, float32."""
        return self._network.module

    def preprocess(self, picture: Pictured) -> Tensor:
        """A PIL picture, path, bytes or uint8 array as the network gets it: float32 (1, C, H, W)."""
        return self.network().preprocess(picture)

    def data(self) -> DataSet:
        """The data set, as stored."""
        return load_data(self.experiment.data)

    def predictions(self, split: str = "test", look: Look = lambda: None) -> Predictions:
        """The logits of a split by the best epoch: stored ones, or made and stored now; `look` may raise meanwhile.

        Raises:
            UserError: no such split. Failed: no epoch has ended, or the data is missing.
        """
        if split not in SPLITS:
            raise UserError(f'split is "{shorten(split)}", but must be one of {", ".join(SPLITS)}.')
        found = predictions.load(self.folder.predictions, split, self.checkpoint_sha256)
        if found is None:
            found = self._predict(split, look)
            try:
                predictions.save(self.folder.predictions, split, found, self.checkpoint_sha256)
            except OSError:
                pass  # a read-only or full disk: they are made again next time
        return found

    def _predict(self, split: str, look: Look) -> Predictions:
        part = self.data().splits[split]
        return Predictions(self.network().predict(part.pictures, look), np.asarray(part.targets))


def build(experiment: Experiment) -> nn.Module:
    """The experiment's network with random weights."""
    known = facts(experiment)
    return build_model(experiment.model.name, known.input_shape, known.classes, **experiment.model.options)
