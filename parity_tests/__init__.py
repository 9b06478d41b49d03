"""The proof that numpy_impl and torch_impl are the same mathematics.

    from parity_tests import COMPONENTS, parametrize_with_checks, run_numpy

__init__.pyi lists what is offered to others: the components, how to run them,
also in a port of your own, and how far two correct programs may part.
"""
import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
