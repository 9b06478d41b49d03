"""twinformer classify: the texts to learn from, to choose by, to be judged by."""
from collections import Counter

from ...classification.labelled import class_names, read_labelled, without_empty
from ...classification.split import Parts, split_messages
from ...corpora.catalog import catalog_folder, load_catalog
from ...corpora.records import Message
from ...corpora.sources import corpus_files, read_reviews
from ...io.paths import expanded

__all__ = ["describe", "parts_of"]

SAMPLE = "samples/messages-en.tsv"


def parts_of(data: str, settings, note) -> Parts:
    """Training, validation and test texts, from one file or from several."""
    options = settings.table_options()

    def texts(name: str):
        found = labelled(name, note, **options)
        kept = without_empty(found)
        if len(kept) < len(found):
            note(f"{name}: {len(found) - len(kept)} empty texts are left out")
        return kept

    given = texts(data or str(catalog_folder() / SAMPLE))
    class_names(message.label for message in given)  # at least two?
    validation, test = (texts(path) if path else []
                        for path in (settings.validation_file, settings.test_file))
    cut = split_messages(given, 0 if validation else settings.validation,
                         0 if test else settings.test, settings.split, settings.balance,
                         settings.split_seed)
    parts = Parts(cut.train, validation or cut.validation, test or cut.test)
    if not parts.validation:
        raise ValueError("there are no texts to choose the best model by; give --validation a "
                         "share such as 0.1, or --validation-file")
    return parts


def labelled(name: str, note, **options) -> list[Message]:
    """The texts of a path, or of a corpus of labelled texts in the catalog, downloaded where it
    is missing."""
    if expanded(name).exists():
        return read_labelled(name, note=note, **options)
    corpora = {known: entry for known, entry in load_catalog().items()
               if entry.parser in ("messages", "movie-reviews")}
    if name not in corpora:
        raise FileNotFoundError(
            f"there is no file {name}; expected a table of texts (CSV, TSV, JSON or JSON lines), "
            f"a folder with a folder of .txt files for each class, or one of "
            f"{', '.join(sorted(corpora))}")
    file = corpus_files(corpora[name])[0]
    if corpora[name].parser == "movie-reviews":
        return [Message(*review) for review in read_reviews(file)]
    return read_labelled(file, note=note, **options)


def describe(parts: Parts, classes, learn, reading, note, new: bool) -> None:
    """Say what there is to learn from; a new model could have read longer texts."""
    counted = Counter(message.label for message in parts.train)
    of_each = ", ".join(f"{counted[name]} {name}" for name in classes)
    note(f"{len(parts.train)} texts to learn from ({of_each}), {len(parts.validation)} to choose "
         f"by, {len(parts.test)} to be judged by")
    lengths = [len(ids) for ids in learn.ids]
    cut = sum(length > reading.width for length in lengths)
    if cut:
        more = f" (--context-length {max(lengths)} would read them whole)" if new else ""
        note(f"{cut} of the texts to learn from have more than {reading.width} tokens; they are "
             f"cut at their end{more}")
