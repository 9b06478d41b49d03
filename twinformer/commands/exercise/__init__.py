"""The command `twinformer exercise`: a module for each mode."""
