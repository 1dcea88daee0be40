"""Tests of cnn_core.base."""
