"""From a model of text to one that does a task."""
