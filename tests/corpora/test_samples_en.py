"""The English samples, and the tasks in both languages: complete, well formed, correct, no two
alike.

The samples stand in for real corpora where there is no network, and people read them to see what
a corpus looks like. So their sums must add up, their programs must run, and an entry may not come
twice: a model would be tested on what it was trained on.
"""
import csv
import json
import re
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from math import gcd, isclose, lcm
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
FILES = ["stories-en.txt", "instructions.json", "preferences.json", "messages-en.tsv"]


def read(name):
    # Bytes first: text mode would hide a carriage return or a byte-order mark.
    return (SAMPLES / name).read_bytes().decode("utf-8")


def stories():
    return read("stories-en.txt").split("<|endoftext|>\n")


def instructions():
    return json.loads(read("instructions.json"))


def preferences():
    return json.loads(read("preferences.json"))


def messages():
    header, *rows = read("messages-en.tsv").rstrip("\n").split("\n")
    assert header == "label\ttext"
    return [row.split("\t") for row in rows]


def entries(name):
    """Every entry of a file as one string."""
    if name == "stories-en.txt":
        return stories()
    if name == "messages-en.tsv":
        return [text for _, text in messages()]
    return ["\n".join(entry.values()) for entry in json.loads(read(name))]


def answers():
    """Every answer that claims to be right; `rejected` may be wrong on purpose."""
    for entry in instructions() + preferences():
        yield entry["output"]
        if "chosen" in entry:
            yield entry["chosen"]


# ---------------------------------------------------------------- form

@pytest.mark.parametrize("name", FILES)
def test_plain_text(name):
    text = read(name)
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert not re.search(r"[\r\ufeff\ufffd\u00a0\x00-\x08\x0b-\x1f]", text)
    assert not re.search(r"[ ]\n", text), "a line ends in a space"
    for entry in entries(name):
        assert "\t" not in entry


def test_stories():
    text = read("stories-en.txt")
    assert len(text.encode()) >= 64 * 1024
    assert 25 <= len(stories()) <= 35
    assert text.count("<|endoftext|>") == len(stories()) - 1
    titles = [story.split("\n")[0] for story in stories()]
    assert len(set(titles)) == len(titles)
    for story in stories():
        title, blank, first, *_ = story.split("\n")
        assert 0 < len(title) < 60 and title[-1] not in ".,;:"
        assert blank == "" and first
        assert story.endswith("\n") and not story.endswith("\n\n")
        assert 1500 <= len(story.encode()) <= 4096, title


def test_instructions():
    assert len(instructions()) == 530
    for entry in instructions():
        assert list(entry) == ["instruction", "input", "output"]
        assert all(isinstance(value, str) for value in entry.values())
        assert all(value == value.strip() for value in entry.values()), entry
        assert entry["instruction"] and entry["output"]
        assert entry["output"] != entry["input"], "the answer only repeats the question"
    assert any(entry["input"] == "" for entry in instructions())


def test_preferences():
    assert len(preferences()) == 340
    for entry in preferences():
        assert list(entry) == ["instruction", "input", "output", "chosen", "rejected"]
        assert all(isinstance(value, str) for value in entry.values())
        assert all(value == value.strip() for value in entry.values()), entry
        assert all(entry[key] for key in entry if key != "input"), entry
        assert entry["chosen"] != entry["rejected"] != entry["output"], entry


def test_messages():
    rows = messages()
    assert len(rows) == 400
    assert {label for label, _ in rows} == {"ham", "spam"}
    assert 0.6 <= sum(label == "ham" for label, _ in rows) / len(rows) <= 0.7
    for _, text in rows:
        assert text == text.strip() and 0 < len(text) <= 160, text
        assert not text.startswith('"'), "csv readers would look for a closing quote"
    # What a reader with default settings sees is what is written.
    lines = read("messages-en.tsv").splitlines()
    assert list(csv.reader(lines, delimiter="\t"))[1:] == rows


def test_length_does_not_tell_ham_from_spam():
    """A classifier has to learn from the words: len(text) may not win the lesson."""
    rows = [(len(text), label) for label, text in messages()]
    for shorter, longer in [("ham", "spam"), ("spam", "ham")]:
        best = max(sum(label == (longer if length >= cut else shorter) for length, label in rows)
                   for cut in range(162))
        assert best / len(rows) <= 0.72  # always answering "ham" gives 0.65


def test_length_does_not_tell_chosen_from_rejected():
    """Nor may preference tuning only learn to write at greater length."""
    longer = sum(len(entry["chosen"]) > len(entry["rejected"]) for entry in preferences())
    assert 0.4 <= longer / len(preferences()) <= 0.6


@pytest.mark.parametrize("name", FILES)
def test_numbers_and_addresses_belong_to_nobody(name):
    text = read(name)
    for number in re.findall(r"\b555-?\d{4}\b", text):
        assert re.fullmatch(r"555-?01\d\d", number), number
    for domain in re.findall(r"[\w.-]+\.(?:com|net|org|co|io|info|biz)\b", text):
        assert re.fullmatch(r"(?:[\w-]+\.)*example\.(?:com|net|org)", domain), domain


def test_readme_counts():
    readme = read("README.md")
    counts = {"stories-en.txt": len(stories()), "instructions.json": len(instructions()),
              "preferences.json": len(preferences()), "messages-en.tsv": len(messages())}
    for name, count in counts.items():
        row = next(row for row in readme.splitlines() if row.startswith(f"| `{name}`"))
        assert re.search(rf"\| {count}\b", row), row
        assert row.endswith("| CC0-1.0 |")


# ---------------------------------------------------------------- no two alike

def grams(text, size=5):
    text = " ".join(text.casefold().split())
    return {text[start:start + size] for start in range(max(1, len(text) - size + 1))}


def jaccard(a, b):
    common = len(a & b)
    return common / (len(a) + len(b) - common)


def near_duplicates(texts, threshold=0.7):
    sets = [grams(text) for text in texts]
    for a, b in combinations(range(len(sets)), 2):
        small, large = sorted((len(sets[a]), len(sets[b])))
        # The similarity is at most small / large, so most pairs need no intersection.
        if small >= threshold * large and jaccard(sets[a], sets[b]) >= threshold:
            yield texts[a], texts[b]


@pytest.mark.parametrize("name", FILES)
def test_no_duplicates(name):
    texts = entries(name)
    assert len({" ".join(text.casefold().split()) for text in texts}) == len(texts)
    assert list(near_duplicates(texts)) == []


def test_no_prompt_comes_twice():
    """The preference pairs ask for other things than the instructions do."""
    prompts = [f"{entry['instruction']} {entry['input']}".strip()
               for entry in instructions() + preferences()]
    assert list(near_duplicates(prompts)) == []


def test_near_duplicates_are_found():
    text = "The window was broken by two boys from the next street on a Sunday in May."
    near = text.replace("May", "June")
    assert list(near_duplicates([text, "Name three oceans.", near])) == [(text, near)]


# ---------------------------------------------------------------- correct

NUMBER = r"(?<![\w.,/])\d+(?:,\d{3})*(?:\.\d+)?(?:/\d+)?(?![\d/])"
WORDS = {"plus": "+", "minus": "-", "times": "*", "divided by": "/"}
UNITS = r"(?: (?!plus|minus|times|divided|is\b|and\b)[a-z]+){0,4}?"
SPOKEN = re.compile(rf"({NUMBER}{UNITS}(?: (?:{'|'.join(WORDS)}) {NUMBER}{UNITS})+)"
                    rf",? (?:which )?(?:is|makes) (minus )?({NUMBER})")
SIDE = rf"{NUMBER}(?: [-+x/] {NUMBER})*"
WRITTEN = re.compile(rf"(?<![-+x/=)] ){SIDE}(?: = {SIDE})+(?! [-+x/])")


def value(expression):
    """'24 times 60 seconds' or '8 + 6 x 2' as an exact number, products first."""
    tokens = re.findall(rf"{NUMBER}|plus|minus|times|divided by| [-+x/] ", expression)
    total, sign, product = Fraction(0), 1, None
    operator = None
    for token in tokens:
        token = token.strip()
        if token[0].isdigit():
            number = Fraction(1)
            for part, text in enumerate(token.replace(",", "").split("/")):
                number = number / Fraction(text) if part else Fraction(text)
            if operator == "*":
                product *= number
            elif operator == "/":
                product /= number
            else:
                product = number
            continue
        operator = {"x": "*"}.get(token, WORDS.get(token, token))
        if operator in "+-":
            total, sign = total + sign * product, 1 if operator == "+" else -1
    return total + sign * product


def claims():
    """Every equation in an answer, spelled out or in signs, as text and its two values."""
    for text in answers():
        for match in SPOKEN.finditer(text):
            right = value(match[3]) * (-1 if match[2] else 1)
            yield match[0], value(match[1]), right
        for match in WRITTEN.finditer(text):
            sides = [value(side) for side in match[0].split(" = ")]
            for side in sides[1:]:
                yield match[0], sides[0], side


def test_equations_hold():
    found = list(claims())
    assert len(found) >= 50, "the patterns no longer find the equations"
    for text, left, right in found:
        assert left == right, text


def test_wrong_equations_are_seen():
    assert value("8 + 6 x 2") == 20
    assert value("24 times 60 times 60 seconds in a day") == 86_400
    assert value("3/8 plus 1/8") == Fraction(1, 2)
    match = SPOKEN.search("14 times 5 is 60.")
    assert value(match[1]) != value(match[3])


SUMS = [  # the beginning of an instruction, and a number its answer must contain
    ("What is 48 plus 37", 48 + 37),
    ("A baker makes 12 trays", 12 * 24),
    ("Convert 3.5 kilometres", 3500),
    ("Subtract 219", 1000 - 219),
    ("Convert 20 degrees Celsius", 20 * 9 // 5 + 32),
    ("What is the next number in the sequence 2, 6", 54 * 3),
    ("How many minutes are there in two and a half", 150),
    ("A jacket costs 80", 80 * 3 // 4),
    ("How many days are there from 10 June", (date(2023, 7, 3) - date(2023, 6, 10)).days),
    ("What is 15 percent of 200", 30),
    ("A cyclist rides 18 km", 12),
    ("What is the least common multiple of 4", lcm(4, 6)),
    ("Find the greatest common divisor of 84", gcd(84, 36)),
    ("Five people shake hands", sum(1 for _ in combinations(range(5), 2))),
    ("Convert the binary number 1011", 0b1011),
    ("Write the decimal number 20 in binary", int(f"{20:b}")),
    ("How many grams are there in 2.25", 2250),
    ("Change 90 kilometres per hour", 90_000 // 3600),
    ("A recipe for 4 people", 300 * 6 // 4),
    ("What is the average of 8, 11", (8 + 11 + 14 + 19) // 4),
    ("Find the median", sorted([3, 9, 4, 12, 7])[2]),
    ("How many seconds are there in a day", 24 * 60 * 60),
    ("What is 2 to the power of 10", 2**10),
    ("Multiply 125 by 16", 125 * 16),
    ("Estimate 49 x 21", 49 * 21),
    ("Subtract the temperatures", 6 - -9),
    ("A tank holds 500 litres", 500 / 40),
    ("Sara is twice as old", 36 // 3),
    ("A book has 320 pages", 320 - 7 * 24),
    ("The price of a lamp rises", 100 * 6 // 40),
    ("Mia saves 15 a week", 240 // 15),
    ("Compute the simple interest", 800 * 3 * 2 // 100),
    ("Find the third angle", 180 - 35 - 80),
    ("What is 7 squared plus", 7**2 + 2**3),
    ("Evaluate 6 + 4", 6 + 4 * (9 - 7) // 2),
    ("What is the sum of the whole numbers", sum(range(101))),
    ("Four workers build", 4 * 6 // 3),
    ("How old will someone born", 2030 - 1987),
    ("Change 98.6 degrees", round((98.6 - 32) * 5 / 9)),
    ("How many bytes", 4 * 1024),
    ("Convert 12 ounces", 340.2),
    ("A farmer has hens", 4),
    ("Divide 91 by 7", 91 // 7),
    ("Two trains leave the same station", 2 * 60 + 2 * 90),
    ("How much change do I get", 6.55),
    ("How many hours are there in a week", 7 * 24),
    ("How long is one side of a square", 9),
]


def answer_to(beginning, key="output"):
    found = [entry for entry in instructions() + preferences()
             if entry["instruction"].startswith(beginning)]
    assert len(found) == 1, f"{len(found)} instructions begin with {beginning!r}"
    return found[0].get(key, found[0]["output"])


@pytest.mark.parametrize("beginning, expected", SUMS)
def test_sums(beginning, expected):
    for answer in [answer_to(beginning), answer_to(beginning, "chosen")]:
        numbers = [float(number.replace(",", ""))
                   for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", answer)]
        assert any(isclose(number, expected) for number in numbers), answer


def test_dates():
    assert date(2000, 1, 1).strftime("%A") in answer_to("Which weekday was 1 January 2000")
    later = date(2023, 1, 20) + timedelta(days=45)
    assert f"{later.day} March" in answer_to("What date is 45 days after")
    assert "29" in answer_to("How many days were there in February 2024")
    assert "Sunday" in answer_to("If today is Wednesday")


PROGRAMS = {  # calls, and what they must give
    "Write a Python function that returns the larger": ("larger(3, 9), larger(4, -1)", (9, 4)),
    "Write a Python function that tells whether a string":
        ("is_palindrome('level'), is_palindrome('lever')", (True, False)),
    "Write a Python function that returns the factorial":
        ("factorial(0), factorial(1), factorial(5)", (1, 1, 120)),
    "Write a Python function that counts how often":
        ("count_words('A b a')", {"a": 2, "b": 1}),
    "Write a Python function that converts Celsius": ("to_fahrenheit(100)", 212),
    "Write a Python function that returns the n-th":
        ("[fib(n) for n in range(7)]", [0, 1, 1, 2, 3, 5, 8]),
    "Write a Python function that removes duplicates": ("unique([3, 1, 3, 2, 1])", [3, 1, 2]),
    "Fix the Python function": ("average([1, 2, 6])", 3),
    "Write a binary search":
        ("[binary_search([1, 4, 6, 9], v) for v in (1, 9, 6, 5)]", [0, 3, 2, -1]),
    "Write a function in Python that adds": ("add(2, 3)", 5),
}


@pytest.mark.parametrize("beginning", PROGRAMS)
def test_programs_run(beginning):
    call, expected = PROGRAMS[beginning]
    names = {}
    exec(answer_to(beginning), names)
    assert eval(call, names) == expected


def test_every_program_is_run():
    written = [entry for entry in instructions() + preferences()
               if entry["output"].startswith("def ")]
    assert len(written) == len(PROGRAMS)


def test_expressions():
    assert eval(answer_to("Write a Python one-liner")) == 385
    assert eval(answer_to("Write a Python list comprehension")) == list(range(0, 21, 2))
    pattern = answer_to("Write a regular expression")
    assert re.search(pattern, "2041") and not re.search(pattern, "20415")


def test_json_answers_parse():
    written = [entry["output"] for entry in instructions()
               if "JSON" in entry["instruction"] and entry["output"][0] in "{["]
    assert len(written) >= 6
    for text in written:
        json.loads(text)


def test_exact_answers():
    """Answers that follow from the input letter by letter."""
    by_start = {
        "Sort the words alphabetically": lambda text: ", ".join(sorted(text.split(", "))),
        "Reverse the order of the words": lambda text: " ".join(text.split()[::-1]),
        "Write the sentence in capital letters": str.upper,
        "Write the title in snake_case": lambda text: text.lower().replace(" ", "_"),
        "Decode the message": lambda text: " ".join(word[::-1] for word in text.split()),
        "Remove every repeated item": lambda text: ", ".join(dict.fromkeys(text.split(", "))),
        "Write the words in order of their length":
            lambda text: ", ".join(sorted(text.split(", "), key=len)),
    }
    for beginning, rule in by_start.items():
        entry, = (e for e in instructions() if e["instruction"].startswith(beginning))
        assert entry["output"] == rule(entry["input"])
    assert set("abcdefghijklmnopqrstuvwxyz") <= set(answer_to("Write a pangram").lower())
    assert "possessions".count("s") == 5
    assert "five" in answer_to("How many times does the letter s")
    assert sorted(answer_to("Make an anagram")) == sorted("listen")
