"""What a training costs. Numbers, or formulas, in the place of None."""

# <answer>
matrix_weights = 12 * 12 * 768**2 + 50257 * 768
# </answer>
# <answer>
flops_per_token = 6 * matrix_weights + 6 * 12 * 768 * 1024
# </answer>
# <answer>
days = flops_per_token * 1e10 / 1e14 / 86400
# </answer>
