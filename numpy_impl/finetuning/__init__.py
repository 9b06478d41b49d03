"""Finetuning: a model that has read much learns to do one thing well."""
