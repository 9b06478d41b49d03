"""The reference: a GPT in pure NumPy, every backward pass derived by hand."""
