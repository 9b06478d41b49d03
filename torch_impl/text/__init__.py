"""Words -> token ids -> batches."""
