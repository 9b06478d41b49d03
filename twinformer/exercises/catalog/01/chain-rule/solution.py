"""The probability of a text, token by token."""
import math


def log_probability(p, tokens):
    """p (V, V), p[a, b] that of b behind a; tokens: at least two -> ln p, a number"""
    # <answer>
    return sum(math.log(p[a, b]) for a, b in zip(tokens, tokens[1:]))
    # </answer>
