"""Characters and the fonts that have them; matplotlib brings DejaVu Sans and cmr10 along."""
from twinformer.io.glyphs import code_points, fonts_with, missing_from


def test_what_a_font_lacks():
    assert missing_from("a Ж", ["cmr10"]) == {"Ж"}
    assert missing_from("a Ж", ["cmr10", "DejaVu Sans"]) == set()
    assert missing_from("a\n", ["no such font"]) == {"a"}


def test_what_another_font_has_is_found():
    found = fonts_with({"Ж", "é"})
    assert found and missing_from("Жé", found) == set()
    assert fonts_with({"\uffff"}) == []     # not the last resort either


def test_what_none_has_is_spelled():
    assert code_points("好a𠮷", {"好", "𠮷"}) == r"\u597da\U00020bb7"
