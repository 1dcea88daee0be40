"""Tests of cnn_core.evaluation."""
