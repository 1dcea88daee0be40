"""Tests of cnn_core.optimization."""
