"""JSON for programs: what Python writes for NaN and infinity is no JSON.

``json.dumps(math.nan)`` gives NaN, at which jq, JavaScript, Go and most
databases stop. RFC 8259, section 6, has no such number; here it is null.
"""
import json
import math
from collections.abc import Mapping
from typing import Any

__all__ = ["json_text"]


def json_text(value: Any, **options) -> str:
    """A value as JSON, with null for NaN and the infinities.

    Parameters
    ----------
    options
        Of ``json.dumps``.
    """
    return json.dumps(finite(value), allow_nan=False, **options)


def finite(value: Any) -> Any:
    """The same, with None in the place of numbers that JSON lacks."""
    if isinstance(value, float):    # and so NumPy's float64
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
