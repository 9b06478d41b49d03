"""The docs: derivations, and both packages side by side."""
