"""In which language the command line speaks: English, or Chinese where that is asked for."""
import locale
import os

__all__ = ["language"]

# the first of these that says something decides, as for gettext
VARIABLES = ("TWINFORMER_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def language() -> str:
    """"zh" where TWINFORMER_LANGUAGE or the locale says so, else "en"."""
    for name in VARIABLES:
        if value := os.environ.get(name, "").strip():
            return "zh" if is_chinese(value) else "en"
    try:    # Windows and macOS know it without a variable
        return "zh" if is_chinese(locale.getlocale()[0] or "") else "en"
    except ValueError:
        return "en"


def is_chinese(name: str) -> bool:
    """zh, zh_CN.UTF-8, zh-Hans, Chinese (Simplified)_China"""
    return name.lower().replace("-", "_").startswith(("zh", "chinese"))
