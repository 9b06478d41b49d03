"""The reference: a GPT in pure NumPy, every backward pass derived by hand."""
import os

# OpenBLAS reads this once, when NumPy is loaded. By default its threads spin
# for a while after each matrix product, on the cores that the row-wise
# mathematics between two products needs; this sends them to sleep sooner.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "10")
