"""Direct preference optimisation: the loss."""
import numpy as np


def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    """log-probabilities (B,) each -> the mean loss, a number"""
    # <answer>
    margins = (chosen - reference_chosen) - (rejected - reference_rejected)
    return np.logaddexp(0, -beta * margins).mean()
    # </answer>
