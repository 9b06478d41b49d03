"""python -m tests.prepare_child CORPUS FOLDER [FILE_SIZE]: prepares, and may be killed."""
import sys
import time
from pathlib import Path

import twinformer.prepare.preparation as preparation
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.corpora.sources import corpus_sources
from twinformer.prepare.prepare import prepare
from twinformer.prepare.prepare_options import PrepareOptions

OPTIONS = {"validation": 0.2, "shard_tokens": 30_000, "passage_length": 200, "processes": 1,
           "duplicates": "keep"}      # a document that came twice must be seen


class Slow(ByteTokenizer):
    """Leaves time to be killed in."""

    def encode_ordinary(self, text):
        time.sleep(0.001)
        return super().encode_ordinary(text)


if __name__ == "__main__":
    if len(sys.argv) > 3:       # no file may become larger: a disk that is full
        import resource
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
    preparation.SAVE_SECONDS = 0.02
    try:
        prepare(corpus_sources(sys.argv[1]), Slow(), Path(sys.argv[2]), PrepareOptions(**OPTIONS))
    except OSError as problem:
        sys.exit(f"{problem} {getattr(problem, '__notes__', [])}")
