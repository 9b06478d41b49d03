"""The check of the built pages finds what it is there for."""
import pytest

pytest.importorskip("lxml", reason="the docs extra is not installed")

from docs.site.check import MOST_BYTES, problems

PAGE = '<html><body><h1 id="top-of-it">A page</h1>{}</body></html>'


def found(folder, body, **more):
    (folder / "page.html").write_text(PAGE.format(body), "utf-8")
    for name, text in more.items():
        (folder / name.replace("_", ".")).write_text(text, "utf-8")
    return list(problems(folder.resolve()))


@pytest.mark.parametrize("body", [
    '<a href="#top-of-it">up</a>', '<a href="https://example.org">out</a>',
    '<a href="other.html#there">on</a>', '<img src="data:image/png;base64,AA" alt="A dot">',
    '<svg role="img" aria-label="A drawing"></svg>', '<svg role="img" aria-hidden="true"></svg>'])
def test_what_is_right_is_left_alone(tmp_path, body):
    assert found(tmp_path, body, other_html=PAGE.format('<p id="there"></p>')) == []


@pytest.mark.parametrize(("body", "problem"), [
    ('<a href="gone.html">on</a>', "a link leads to gone.html, which is not there"),
    ('<a href="#gone">on</a>', "a link leads to #gone, and there is no such anchor"),
    ('<img src="gone.png" alt="x">', "loads gone.png, which is not there"),
    ('<script src="https://cdn.example.org/x.js"></script>', "loads https://cdn.example.org/x.js"),
    ('<script src="//cdn.example.org/x.js"></script>', "loads //cdn.example.org/x.js"),
    ('<link rel="preconnect" href="https://fonts.example.org">', "loads https://fonts.example.org"),
    ('<img src="page.html">', "has no words for who cannot see it"),
    ('<svg role="img"></svg>', "a drawing has no words"),
    ("x" * MOST_BYTES, "with what it loads, more than 1,000,000")])
def test_what_is_wrong_is_named(tmp_path, body, problem):
    assert any(problem in line for line in found(tmp_path, body))


def test_a_style_sheet_that_loads_from_elsewhere(tmp_path):
    style = "@font-face {src: url(https://fonts.example.org/x.woff2)} p {background: url(x.png)}"
    assert found(tmp_path, "", look_css=style) == [
        "look.css: loads https://fonts.example.org/x.woff2"]
