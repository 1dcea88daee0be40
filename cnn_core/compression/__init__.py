"""Compression: what makes a trained network smaller or faster, and the bench that measures it. Knows no run."""
