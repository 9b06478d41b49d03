"""What stands between columns, and what quotation marks mean: seen in all rows, or asked for."""
import pytest

from twinformer.io.tables.dialect import delimiter_of, rows_of

LABELS = "ham", "spam"


def cells(text, quoted=None, told=None, named_csv=True):
    notes = [] if told is None else told
    rows = rows_of("a.csv", text, delimiter_of(text, named_csv), quoted, notes.append)
    return [row.cells for row in rows]


def lines(form, count=6, **others):
    """count rows of a form with {label} and {n}; others = {_3: another form}"""
    return "".join(others.get(f"_{n}", form).format(label=LABELS[n % 2], n=n) + "\n"
                   for n in range(count))


def expected(form, count=6):
    return [[LABELS[n % 2], form.format(n=n)] for n in range(count)]


@pytest.mark.parametrize("text, row", [
    (lines('{label};"Hello, my friend {n}"'), "Hello, my friend {n}"),
    (lines('{label};Hello, friend {n}'), "Hello, friend {n}"),
    (lines('{label},"a; b; {n}"'), "a; b; {n}"),
    (lines('{label}|"a | b, {n}; c"'), "a | b, {n}; c"),
    (lines('{label}\t"a\tb, {n}"'), "a\tb, {n}"),
    (lines('{label}\t"he ""said"" {n}"'), 'he "said" {n}'),
    (lines('{label}\the "said" {n}'), 'he "said" {n}'),
    (lines('{label}, "Hello, you {n}"'), "Hello, you {n}"),
    (lines('{label},"two\n\nlines, {n}"'), "two\n\nlines, {n}"),
    (lines('{label},"she \\"said\\", {n}"'), 'she "said", {n}'),
    (lines('{label},C:\\new "{n}'), 'C:\\new "{n}'),
    (lines('"{label}","好,不错 {n}"'), "好,不错 {n}"),
    (lines("{label},a\u2028b\x85{n}"), "a\u2028b\x85{n}"),
    (lines("{label},a {n}").replace("\n", "\r"), "a {n}"),
    (lines("{label},a {n}").replace("\n", "\r\n"), "a {n}")])
def test_every_row_is_read_as_it_was_meant(text, row):
    assert cells(text) == expected(row)


@pytest.mark.parametrize("odd", [0, 3, 5], ids=["the first row", "one between", "the last row"])
def test_a_quotation_mark_that_never_closes_loses_no_row(odd):
    told = []
    found = cells(lines("{label},message {n}", **{f"_{odd}": '{label},"message {n}'}), told=told)
    wanted = expected("message {n}")
    wanted[odd][1] = '"' + wanted[odd][1]
    assert found == wanted
    assert len(told) == 1 and f"a.csv, line {odd + 1}: a quotation mark opens a text" in told[0]


def test_two_stray_quotation_marks_do_not_take_in_what_is_between_them():
    told = []
    text = lines("{label},message {n}", 30, _5='{label},"message {n}', _20='{label},message {n}"')
    found = cells(text, told=told)
    assert len(found) == 30 and found[5][1] == '"message 5' and found[20][1] == 'message 20"'
    assert "line 6: a quotation mark opens a text that takes in 15 more rows" in told[0]


@pytest.mark.parametrize("text, line", [
    (lines('{label},"a, {n}"', _3='{label},"a, {n}'), 4),       # others need theirs
    (lines('{label},"a {n}"', _5='{label},"a {n}'), 6),         # others have theirs
    (lines('{label},a {n}', _0='"{label},a {n}'), 1)])          # a label's
def test_what_cannot_be_told_is_an_error_with_its_line(text, line):
    with pytest.raises(ValueError, match=f"a.csv, line {line}: .*--quoted false"):
        cells(text)


def test_whoever_says_so_is_believed():
    text = lines('{label},"a {n}"', 4)
    assert cells(text, False) == expected('"a {n}"', 4)
    assert cells(lines('{label},"a" b {n}', 4), True) == expected("a b {n}", 4)     # as pandas
    with pytest.raises(ValueError, match="line 3: a quotation mark opens a text that never ends"):
        cells(lines("{label},a", 4, _2='{label},"a'), True)


def test_rows_know_the_line_they_begin_in():
    text = 'a,b\n\n"c\nc",d\ne,f\n'
    assert [row.line for row in rows_of("a.csv", text, ",", None)] == [1, 3, 5]
