"""Which language is spoken: what is asked for, else what the system says."""
import pytest

from twinformer.commands.language import VARIABLES, language


@pytest.mark.parametrize("variables, expected", [
    ({"TWINFORMER_LANGUAGE": "zh"}, "zh"), ({"TWINFORMER_LANGUAGE": "zh-Hans"}, "zh"),
    ({"TWINFORMER_LANGUAGE": "Chinese"}, "zh"), ({"TWINFORMER_LANGUAGE": "klingon"}, "en"),
    ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
    ({"LANG": "zh_TW", "TWINFORMER_LANGUAGE": "en"}, "en"), ({"LANG": "de_DE"}, "en"),
    ({"LC_MESSAGES": "zh_SG.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
    ({"TWINFORMER_LANGUAGE": " ", "LANG": "C"}, "en"),
])
def test_what_is_asked_for_comes_first(monkeypatch, variables, expected):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


def test_without_a_variable_the_system_decides(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("locale.getlocale", lambda: ("Chinese (Simplified)_China", "936"))
    assert language() == "zh"
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    assert language() == "en"
