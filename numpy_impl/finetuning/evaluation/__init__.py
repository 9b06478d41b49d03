"""How good a model is, once it has been finetuned: measured, not felt."""
