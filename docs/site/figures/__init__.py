"""Drawings that are computed: each a function of the language, seeded, the same on every run."""
