"""Why is the first loss ln V? Put numbers, or formulas, in the place of None."""
import math

# the cross-entropy of the first batch, in nats
# <answer>
first_loss = math.log(50257)
# </answer>

# its perplexity
# <answer>
uniform_perplexity = 50257.0
# </answer>

# the loss in bits for a token
# <answer>
bits = math.log2(50257)
# </answer>
