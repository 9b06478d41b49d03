"""What a shell puts after an option: files, folders, the names of runs or of
exercises."""
from ...architectures.kinds import all_presets
from ...exercises.catalog import catalog

__all__ = ["completer"]


def names_of(function: str, *more: str):
    """Folders, the runs in runs/ and some words more, as shtab wants them.

    They are looked up when TAB is pressed, where the command would find them.
    """
    words = " ".join(more)
    return {
        "bash": function,
        "zsh": function,
        "fish": f"({function})",
        "preamble": {
            "bash": f"""
{function}() {{
  compgen -W "$(command ls runs 2>/dev/null) {words}" -- "$1"
  compgen -d -- "$1"
}}""",
            "zsh": f"""
{function}() {{
  compadd -- $(command ls runs 2>/dev/null) {words}
  _files -/
}}""",
            "fish": f"""
function {function}
  command ls runs 2>/dev/null
  string split ' ' -- '{words}'
  __fish_complete_directories (commandline -ct)
end"""},
    }


RUNS = names_of("_twinformer_runs")
MODELS = names_of("_twinformer_models", *all_presets())


def one_of(function: str, words: list[str]):
    """Words of a list, as shtab wants them."""
    listed = " ".join(words)
    return {
        "bash": function,
        "zsh": function,
        "fish": f"({function})",
        "preamble": {
            "bash": f"""
{function}() {{
  compgen -W "{listed}" -- "$1"
}}""",
            "zsh": f"""
{function}() {{
  compadd -- {listed}
}}""",
            "fish": f"""
function {function}
  string split ' ' -- '{listed}'
end"""},
    }


EXERCISES = one_of("_twinformer_exercises", [one.name for one in catalog()])


def completer(word: str):
    """What shtab wants for FILE, PATH, FOLDER, MODEL, RUN or EXERCISE; else None."""
    import shtab

    return {"FILE": shtab.FILE, "PATH": shtab.FILE, "CORPUS": shtab.FILE, "DATA": shtab.FILE,
            "FOLDER": shtab.DIRECTORY, "MODEL": MODELS, "RUN": RUNS,
            "EXERCISE": EXERCISES}.get(word)
