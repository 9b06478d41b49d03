"""Sphinx's settings, for both editions; docs/site/build.py says which, and where."""
import logging
import os
from importlib import metadata

from docs.site.extension.mathematics import Formulas
from docs.site.places import LANGUAGES, here
from docs.site.words import words

for chatty in ("jieba", "traitlets"):
    logging.getLogger(chatty).disabled = True

place = here()
book_language = os.environ.get("TWINFORMER_SITE_LANGUAGE", "en")
say = words(book_language)
katex = place.build / "npm" / "node_modules"

project = "twinformer"
author = "The twinformer authors"
copyright = "The twinformer authors, MIT license"
try:
    release = metadata.version("twinformer")
except metadata.PackageNotFoundError:  # built from a checkout that is not installed
    release = ""
language = {"en": "en", "zh": "zh_CN"}[book_language]

extensions = ["myst_nb", "sphinx_copybutton", "sphinx.ext.autodoc", "numpydoc",
              *(f"docs.site.extension.{name}" for name in (
                  "math_renderer", "directives", "docstrings", "pages", "pairs", "twins",
                  "shared_notebooks"))]
root_doc = "index"
exclude_patterns: list[str] = []

# pages: Markdown as the repository's own site reads it, and notebooks of the same kind
myst_enable_extensions = ["amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist",
                          "dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4
myst_dmath_double_inline = True
nb_execution_mode = os.environ.get("TWINFORMER_SITE_NOTEBOOKS", "cache")
nb_execution_cache_path = str(place.build / "notebooks" / book_language)
nb_execution_timeout = 120
nb_execution_show_tb = True  # a cell that fails is a warning, and in a strict build an error
nb_merge_streams = True
nb_output_stderr = "remove"  # warnings and progress bars of libraries, with paths of one machine
suppress_warnings = ["mystnb.unknown_mime_type"]

# mathematics: rendered while building (docs/site/extension/mathematics.py)
html_math_renderer = "prerendered"
book_formulas = Formulas(place.build / "formulas.json", katex if katex.is_dir() else None)
extensions.append("docs.site.extension.typesetting")  # what stands beside a formula

# the reference, from docstrings
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_inherit_docstrings = False
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# looks
html_theme = "pydata_sphinx_theme"
html_title = f"{say['title']}: {say['subtitle']}"
html_static_path = [str(place.docs / "_static"), str(place.build / "static")]
templates_path = [str(place.docs / "_templates")]
html_css_files = ["book.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_copyright = False
html_favicon = str(place.docs / "_static" / "logo.svg")
html_extra_path = [str(place.build / "extra" / book_language)]
pygments_style = "github-light-high-contrast"
html_sidebars = {"pairs/**/*": [], "source/**": [], "index": []}
html_context = {"default_mode": "auto",
                "book": say, "book_language": book_language,
                "book_other": next(each for each in LANGUAGES if each != book_language)}
html_theme_options = {
    "logo": {"text": say["title"], "alt_text": say["title"], "image_light": "_static/logo.svg",
             "image_dark": "_static/logo.svg"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button", "language-switch"],
    "header_links_before_dropdown": 9,
    "show_prev_next": True,
    "show_nav_level": 1,
    "navigation_depth": 3,
    "secondary_sidebar_items": ["page-toc"],
    "article_header_start": [],
    "footer_start": ["book-footer"],
    "footer_center": [],
    "footer_end": [],
    "pygments_light_style": "github-light-high-contrast",
    "pygments_dark_style": "github-dark",
    "back_to_top_button": False,
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_selector = "div.highlight:not(.tf-rows) pre"
