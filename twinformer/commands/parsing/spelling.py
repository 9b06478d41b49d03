"""A command line as people write it -> as jsonargparse reads it."""
from .option_names import full_name
from .option_types import is_switch, takes_a_list, takes_one_word
from .positional_words import checked_plain, front_option, in_their_order, is_a_file
from .word_list import SWITCHES, Words, as_list

__all__ = ["spelled_out"]


def spelled_out(parser, words: list[str]) -> tuple[list[str], list[str]]:
    """What --config gives, and the other words as jsonargparse wants
    them: options first, then what stands in front in its order."""
    configs: list[str] = []
    options: list[str] = []
    plain: list[str] = []
    named: dict[str, str] = {}
    rest = Words(words)
    for word in rest:
        if word == "--":
            plain.extend(rest)
            break
        if not word.startswith("--") or is_a_file(parser, word):
            plain.append(checked_plain(parser, word))
            continue
        name, equals, value = word.partition("=")
        option = full_name(parser, name)
        if not option.startswith("--"):     # what stands in front
            named[option] = value if equals else rest.take(name)
        elif option == "--config":
            value = value if equals else rest.take(name)
            configs.append(parser.checked_config(value))
        elif takes_a_list(parser, option):
            values = [value] if equals else rest.take_words()
            options.append(f"{option}={as_list(values)}")
        elif equals:
            options.append(option + equals + value)
        elif is_switch(parser, option) and rest.next_word() not in SWITCHES:
            options.append(f"{option}=true")
        elif takes_one_word(parser, option):
            options.append(f"{option}={rest.take(name)}")
        else:
            options.append(option)
    if parser.bare_words and plain:
        options.append(front_option(parser, plain, options))
        plain = []
    return configs, [*options, *in_their_order(parser, plain, named)]
