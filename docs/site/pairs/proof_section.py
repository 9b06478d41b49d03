"""The section of a pair's page that says what the proof found."""
from .proof import errors, made, mutants, own_tests
from .words import say

__all__ = ["proof"]


def proof(name: str, language: str) -> str:
    parts, rows = [], errors(name)
    if rows:
        keys = ("component", "cases", "output error", "gradient error")
        head = "| " + " | ".join(say(key, language) for key in keys) + " |\n|---|---:|---:|---:|"
        body = [f"| `{short(component)}` | {row['cases']} | {share(row, 'output')} "
                f"| {share(row, 'gradient')} |"
                for component, row in rows.items()]
        command = f"twinformer parity --component {name.replace('/', '.')}"
        parts += ["\n".join([head, *body]), say("proof text", language, command=command)]
    else:
        parts.append(say("no component", language, tests=own_tests(name)))
    found, module = mutants(name), name.replace("/", ".")
    if found:
        parts.append(say("mutants", language, all=found.made, killed=found.killed,
                         equivalent=found.equivalent, survived=found.survived))
    elif not made(name):
        parts.append(say("no mutants", language))
    else:
        parts.append(say("not counted", language, module=module, made=made(name)))
    return "\n\n".join(parts)


def short(component: str) -> str:
    return ".".join(component.split(".")[2:])


def share(row: dict, key: str) -> str:
    return f"{row[key]:.2f}" if key in row else "–"
