"""Augmentation of training pictures: a shelf of entries and their application to batches."""
