"""Weights that others have trained, and ours for them to load."""
