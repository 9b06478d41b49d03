"""Weights from OpenAI's files, in the layout of this project."""

NAMES = {"c_fc.weight": "up", "c_proj.weight": "out"}


def load_block(weights):
    """{OpenAI's name: (inputs, outputs)} -> {our name: (outputs, inputs)}"""
    return {NAMES[name]: weight.T for name, weight in weights.items()}
