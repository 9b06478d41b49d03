"""Instructions: a model that continues texts learns to answer."""
