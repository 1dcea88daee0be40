"""The shelf of segmentation networks: what gives a class to each pixel."""

from __future__ import annotations

from cnn_core.base.shelf import Shelf
from cnn_core.models.zoo import BuildModel

SHELF: Shelf[BuildModel] = Shelf(  # what an entry builds gives logits (N, num_classes, H, W)
    "segmenters", "cnn_core.models.segmenters", "segmentation network", first=("unet", "dilated", "aspp")
)
