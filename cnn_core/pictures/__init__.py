"""Pictures of any user: opened safely, checked before they are decoded, turned upright, thumbnailed."""

from cnn_core.pictures.arrays import as_picture, from_array, thumbnail
from cnn_core.pictures.opener import Picture, from_image, open_film, open_picture

__all__ = ["Picture", "as_picture", "from_array", "from_image", "open_film", "open_picture", "thumbnail"]
