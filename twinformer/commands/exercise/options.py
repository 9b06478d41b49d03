"""The options that several modes have."""

__all__ = ["add_folder", "add_name"]


def add_name(parser, needed: bool = False) -> None:
    if needed:
        parser.add_argument("name", metavar="EXERCISE", help="the exercise, as the list calls it")
    else:
        parser.add_argument("name", nargs="?", default="", metavar="EXERCISE",
                            help="the exercise, as the list calls it; left out, the one begun "
                                 "last")


def add_folder(parser) -> None:
    parser.add_argument("--folder", default="",
                        help="where your exercises lie; exercises/ here, if left out")
