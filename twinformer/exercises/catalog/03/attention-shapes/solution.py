"""How large is attention? Whole numbers, or formulas, in the place of None."""

# <answer>
head_width = 64
# </answer>
# <answer>
weights = 8 * 12 * 256 * 256
# </answer>
# <answer>
qkv_parameters = 3 * 768 * 768 + 3 * 768
# </answer>
# <answer>
visible_pairs = 256 * 257 // 2
# </answer>
