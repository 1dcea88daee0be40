"""Data sets: a shelf of sources, their splits, statistics and the store of uint8 pictures."""
