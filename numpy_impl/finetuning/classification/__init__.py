"""Classification: a model that has read much learns to tell texts apart."""
