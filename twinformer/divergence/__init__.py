"""Two models on the same ids: the first place where their numbers part."""
