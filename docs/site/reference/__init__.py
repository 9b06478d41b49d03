"""The reference, made from the code: names, commands, settings, error messages, words."""
from docs.side_by_side import mirrored_pairs
from docs.site.words import words

__all__ = ["pages"]


def pages(language: str) -> dict[str, str]:
    """The index of the reference, in the reader's order."""
    say = words(language)
    count = sum(map(len, mirrored_pairs().values()))
    printable = (f"# {say['printable']}\n\n{say['printable_intro'].format(count=count)}\n\n"
                 f"<p><a href=\"../side_by_side.html\">{say['printable_link']}</a></p>\n")
    lines = [f"- [{say[name]}](book:reference/{page}): {say[f'about_{name}']}"
             for name, page in ORDER.items()]
    index = f"# {say['reference']}\n\n{say['reference_intro']}\n\n" + "\n".join(lines) + "\n"
    return {"reference/index": index, "reference/printable": printable}


ORDER = {"setup": "setup", "commands": "commands/index", "settings": "settings",
         "errors": "errors", "api": "api/index", "glossary": "glossary", "cite": "cite",
         "printable": "printable"}
