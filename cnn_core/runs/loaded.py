"""A run loaded to be asked: its network with the weights of the best epoch, and its predictions."""

from __future__ import annotations

import threading
from functools import cached_property

from torch import Tensor, nn

from cnn_core.base.errors import Failed, UserError, shorten
from cnn_core.base.files import unseal
from cnn_core.data.sets import SPLITS, DataSet
from cnn_core.experiment import GENERATION, Settings, classes_of, facts, load_data, model_options, targets_of, trained
from cnn_core.models import build_model
from cnn_core.network import Look, Network, Pictured
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.runs import checkpoints, predictions
from cnn_core.runs.manifests import Unusable
from cnn_core.runs.picking import Pick, pick
from cnn_core.runs.predictions import Predictions
from cnn_core.runs.run import RunFolder


class Run:
    """What `load_run` returns. Loads the weights at the first question and keeps them.

    checkpoint_sha256: of the weights that answer; empty where none can. notice: why they are not those of the best
    epoch, in a sentence; empty when they are. Both may change with the first question, when the weights are loaded.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.id = folder.id
        self.path = folder.folder
        self.experiment: Settings = folder.experiment()
        self.classes: tuple[str, ...] = classes_of(self.experiment)
        self.checkpoint_sha256 = self.notice = ""
        self._network: Network | None = None
        self._loading = threading.Lock()
        try:
            self._take(pick(folder.checkpoints))
        except Failed:  # said when it is asked: the rest of the run can be looked at
            pass

    def _take(self, chosen: Pick) -> Pick:
        self.checkpoint_sha256, self.notice = chosen.sha256, chosen.notice
        return chosen

    def record(self) -> dict[str, object]:
        """The run's record as it is now."""
        return self.folder.record()

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """The fitted preprocessing, as training used it."""
        return Preprocessing.from_record(unseal(self.path / "preprocessing.json"))

    def _load(self) -> Network:
        """The network of the best checkpoint that can be loaded."""
        spoiled: dict[str, Unusable] = {}
        while True:
            chosen = pick(self.folder.checkpoints, spoiled)
            module = build(self.experiment)
            try:
                found = checkpoints.weights(self.folder.checkpoints, chosen.name)
                checkpoints.check_fit(chosen.name, found, module)
            except Unusable as error:  # damaged since it was looked at, or dropped by the trainer
                spoiled[chosen.name] = error
                continue
            module.load_state_dict(found)
            network = Network(module, self.preprocessing, self.classes)
            self._take(chosen)
            return network

    def network(self) -> Network:
        """The network of the best epoch; where its checkpoint is damaged another one answers, and `notice` says so.

        Raises:
            Failed: no epoch has ended yet, or no checkpoint is whole. UserError: the run was deleted.
        """
        with self._loading:
            if self._network is None:
                try:
                    self._network = self._load()
                except Failed as error:
                    if self.path.exists():
                        raise
                    raise UserError(f"{self.id} was deleted or moved; choose another run.") from error
            return self._network

    def model(self) -> nn.Module:
        """The module of the best epoch, in eval mode, float32."""
        return self.network().module

    def preprocess(self, picture: Pictured) -> Tensor:
        """A PIL picture, path, bytes or uint8 array as the network gets it: float32 (1, C, H, W)."""
        return self.network().preprocess(picture)

    def data(self) -> DataSet:
        """The data set, as stored.

        Raises:
            UserError: its network was trained elsewhere, so it has none.
        """
        return load_data(trained(self.experiment, "there are no pictures to look at").data)

    def predictions(self, split: str = "test", look: Look = lambda: None) -> Predictions:
        """The logits of a split by the best epoch: stored ones, or made and stored now; `look` may raise meanwhile.

        Raises:
            UserError: no such split. Failed: no epoch has ended, or the data is missing.
        """
        if split not in SPLITS:
            raise UserError(f'split is "{shorten(split)}", but must be one of {", ".join(SPLITS)}.')
        trained(self.experiment, "there is nothing to evaluate")
        if self.experiment.task == GENERATION:
            raise UserError(
                f"{self.id} draws pictures and gives none a class; sample and evaluate look at what it draws."
            )
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
        logits = self.network().predict(part.pictures, look)
        return Predictions(logits, targets_of(self.experiment.task, part, self.preprocessing))


def build(experiment: Settings) -> nn.Module:
    """The experiment's network with random weights."""
    known = facts(experiment)
    return build_model(experiment.model.name, known.input_shape, known.classes, **model_options(experiment))
