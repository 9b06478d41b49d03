"""Preferences: a model learns which answers people like better."""
