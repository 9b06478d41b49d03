"""Whole architectures, by composition only."""
