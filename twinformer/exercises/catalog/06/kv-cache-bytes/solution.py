"""The memory of a cache. Whole numbers, or formulas, in the place of None."""

# <answer>
gpt2_bytes = 2 * 12 * 12 * 64 * 1024 * 2
# </answer>
# <answer>
llama_bytes = 2 * 16 * 8 * 64 * 8192 * 2
# </answer>
# <answer>
saved = 4
# </answer>
