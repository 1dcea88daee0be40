"""Compress: make a network smaller or faster, and see what that saves and what it costs."""

from __future__ import annotations

from pages.parts import compress_view, shell, unready

shell.require_app()
record = unready.ready_run(
    "compress",
    "compress",
    "Nothing to compress yet",
    "Train a network first. Then make it smaller or faster here, and see what that saves and what it costs.",
)
if compress_view.fits(record):
    unready.still_training(record)
    compress_view.choose(record["run"])
    compress_view.at_work(record["run"])
    compress_view.beside(record)
