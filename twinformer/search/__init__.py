"""Hyperparameters by trial: what is searched, the study's folder, its trials, its picture.

Optuna chooses the values and keeps the books, in SQLite; see twinformer/commands/search for what
a trial of each command is.
"""
