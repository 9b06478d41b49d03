"""A mixture of experts in numbers. Formulas in the place of None."""

# <answer>
experts_of_block = 128 * 3 * 2048 * 768
# </answer>
# <answer>
active_of_block = 8 * 3 * 2048 * 768
# </answer>
# <answer>
router = 2048 * 128
# </answer>
# <answer>
share = 8 / 128
# </answer>
