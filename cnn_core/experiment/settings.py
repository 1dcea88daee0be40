"""The settings of an experiment as frozen models: a choice from a shelf, how to train, everything together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from cnn_core.base.errors import UserError, shorten
from cnn_core.base.options import Options, hints, option_fields
from cnn_core.base.shelf import Shelf
from cnn_core.optimization.losses import SHELF as LOSSES
from cnn_core.optimization.optimizers import SHELF as OPTIMIZERS
from cnn_core.optimization.samplers import SHELF as SAMPLERS
from cnn_core.optimization.schedules import SHELF as SCHEDULES

SCHEMA = 1
TRAIN_SHELVES: dict[str, Shelf[Any]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "loss": LOSSES,
    "sampler": SAMPLERS,
}


class Choice(Options):
    """An entry of a shelf by name, with every option resolved."""

    name: str
    options: dict[str, Any] = Field(default_factory=dict)


class TrainSettings(Options):
    """How the network is trained. `optimizer`, `schedule`, `loss` and `sampler` are choices from their shelves."""

    epochs: int = Field(
        10, ge=1, le=10_000, title="Epochs", description="How often every training picture is seen at most."
    )
    batch_size: int = Field(
        64, ge=1, le=65_536, title="Batch size", description="Pictures in one step; small sets want small batches."
    )
    lr: float = Field(
        3e-3,
        gt=0,
        title="Learning rate",
        description="The largest step size; the schedule scales it down from there.",
        json_schema_extra=hints(scale="log"),
    )
    optimizer: Choice = Choice(name=OPTIMIZERS.first[0])
    schedule: Choice = Choice(name=SCHEDULES.first[0])
    loss: Choice = Choice(name=LOSSES.first[0])
    sampler: Choice = Choice(name=SAMPLERS.first[0])
    patience: int = Field(
        0,
        ge=0,
        le=10_000,
        title="Early stopping: patience",
        description="Stop once this many epochs and one more in a row did not lower the validation loss; 0: off.",
        json_schema_extra=hints(unit="epochs"),
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Decides the first weights, the order of pictures and their augmentation; not the split.",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        "auto", title="Device", description="Where to compute; auto takes a GPU where there is one."
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        title="Precision",
        description="auto takes bfloat16 where the processor or GPU has instructions for it; weights stay float32.",
    )
    mixup: float = Field(
        0.0,
        ge=0,
        le=10,
        title="Mixup",
        description="Lay pictures over each other in pairs, and ask for both classes in their shares, drawn from "
        "Beta(a, a); 0: off, 0.2 to 1 is common.",
        json_schema_extra=hints(step=0.1, advanced=True),
    )
    l1: float = Field(
        0.0,
        ge=0,
        le=1,
        title="L1 penalty",
        description="Pull every weight towards 0 by the same small force; many end there. 0: off.",
        json_schema_extra=hints(scale="log", advanced=True),
    )
    validations: int = Field(
        1,
        ge=1,
        le=20,
        title="Validations per epoch",
        description="How often an epoch the validation pictures are tried; more gives a livelier curve.",
        json_schema_extra=hints(advanced=True),
    )
    threads: int = Field(
        0,
        ge=0,
        le=256,
        title="Threads",
        description="Processor threads of the training; 0: one fewer than there are cores, eight at most.",
        json_schema_extra=hints(advanced=True),
    )


TRAIN_FIELDS = tuple(one.name for one in option_fields(TrainSettings))


def network_of(model: Choice) -> str:
    """What a network is called: `small_cnn`; `resnet18` where the architecture is a collection of networks."""
    return str(model.options.get("network", model.name))


class Experiment(Options):
    """Everything that decides a run."""

    schema_version: Literal[1] = 1
    task: str = "classification"  # a name of `experiment.tasks`
    data: Choice
    preprocessing: tuple[Choice, ...]
    augmentation: tuple[Choice, ...] = ()
    model: Choice
    train: TrainSettings

    @property
    def network(self) -> str:
        """What its network is called: the architecture, or which one where that is many."""
        return network_of(self.model)

    @property
    def label(self) -> str:
        """How people call it: `digits · small_cnn`."""
        return f"{self.data.name} · {self.network}"


class Origin(Options):
    """Where a network's weights come from that were not trained here."""

    source: Literal["torchvision"] = "torchvision"
    weights: str  # as torchvision names them: `SqueezeNet1_1_Weights.IMAGENET1K_V1`
    url: str  # where it publishes them
    file: str = ""  # a file to read instead; empty: the published one, from the data folder or the network
    taught: str = "ImageNet"  # what they were trained on
    input_shape: tuple[int, int, int]  # C, H, W
    mean: tuple[float, ...]  # per channel, of values in 0..1
    std: tuple[float, ...]
    classes: tuple[str, ...]


class Pretrained(Options):
    """Everything that decides a run whose network was trained elsewhere: an origin, and neither data nor training."""

    schema_version: Literal[1] = 1
    task: Literal["classification"] = "classification"
    origin: Origin
    preprocessing: tuple[Choice, ...]
    model: Choice

    @property
    def data(self) -> None:
        """There are no pictures of its own."""
        return None

    @property
    def train(self) -> None:
        """Nothing is trained."""
        return None

    @property
    def network(self) -> str:
        """What its network is called."""
        return network_of(self.model)

    @property
    def label(self) -> str:
        """How people call it: `ImageNet · resnet18`."""
        return f"{self.origin.taught} · {self.network}"


Settings = Experiment | Pretrained


def read(record: Mapping[str, Any]) -> Settings:
    """The settings of a run as they were stored, shown without validating the entries' options.

    Raises:
        UserError: they come from another version or lack a section.
    """
    body = {key: value for key, value in record.items() if key != "sha256"}
    if body.get("schema_version") != SCHEMA:
        raise UserError(
            f"schema_version is {shorten(body.get('schema_version'))}, but this ConvScope reads {SCHEMA}: "
            "the experiment comes from another version."
        )
    try:
        return (Pretrained if "origin" in body else Experiment).model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UserError(f"The experiment is damaged at {shorten(place)}: {first['msg']}.") from error


def trained(settings: Settings, what: str) -> Experiment:
    """The settings of a run that was trained here.

    Args:
        what: what cannot be done with any other: `there is nothing to evaluate`.

    Raises:
        UserError: its network was trained elsewhere, so it has no data of its own.
    """
    if isinstance(settings, Experiment):
        return settings
    raise UserError(
        f"{settings.label} was trained elsewhere and has no data of its own, so {what}; "
        "predict and explain answer for any picture."
    )
