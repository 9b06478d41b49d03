"""What the settings are checked by: a mistake is named before time is spent.
"""
from typing import Any

__all__ = ["at_least", "require"]


def require(condition: bool, message: str) -> None:
    """ValueError with this message, unless the condition holds."""
    if not condition:
        raise ValueError(message)


def at_least(config: Any, section: str, **least: float) -> None:
    """ValueError where a field is below its least value."""
    for name, value in least.items():
        given = getattr(config, name)
        require(given >= value,
                f"{section}.{name} must be at least {value}, got {given}")
