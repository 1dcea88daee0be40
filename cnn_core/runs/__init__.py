"""Runs: a job's folder with more in it (experiment, environment, checkpoints, predictions), a view of it, a trash."""
