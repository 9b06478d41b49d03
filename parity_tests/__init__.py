"""The proof that numpy_impl and torch_impl are the same mathematics."""
