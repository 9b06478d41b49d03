"""The command line: ``twinformer train``, ``generate``, ``eval``, ..."""
