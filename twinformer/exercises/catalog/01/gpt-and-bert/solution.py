"""GPT beside BERT. Whole numbers in the place of None."""

# <answer>
gpt_targets = 99
# </answer>
# <answer>
bert_targets = 15
# </answer>
# <answer>
gpt_sees = 10
# </answer>
# <answer>
bert_sees = 100
# </answer>
