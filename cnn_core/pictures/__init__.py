"""Pictures of any user: opened safely, checked before they are decoded, turned upright, thumbnailed."""
