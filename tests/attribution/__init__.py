"""Tests of cnn_core.attribution."""
