"""Where are the parameters? Whole numbers, or formulas, in the place of None."""

D = 768

# <answer>
embeddings = (50257 + 1024) * D
# </answer>
# <answer>
block = 12 * D * D + 13 * D
# </answer>
# <answer>
whole = embeddings + 12 * block + 2 * D
# </answer>
# <answer>
without_tying = whole + 50257 * D
# </answer>
