"""One component a file, each with its backward."""
