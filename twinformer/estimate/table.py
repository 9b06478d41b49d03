"""An estimate as a page of text."""
from .estimate import Estimate
from .fits import Verdict
from .flops import flash
from .words import count, duration, in_bytes, operations

__all__ = ["said_of_fit", "table", "ways_out"]

LEFT = 18   # columns of what a line is about


def table(found: Estimate, name: str, where: str, max_steps: int = 0) -> str:
    """All of it, in lines of at most 100 columns."""
    plan = found.plan
    rows = [(f"{name}: {plan.tokens:,} tokens a step", ""), ("", where),
            *parameters(found), *arithmetic(found), *memory(found)]
    if found.kv_cache:
        rows.append(("keys and values", f"{in_bytes(found.kv_cache)} for a text of {plan.T:,} "
                     f"tokens, while it is written in {plan.precision}"))
    rows += [*communication(found), *time(found, max_steps)]
    rows.append(("disk", f"{in_bytes(found.disk)} for checkpoints: two, and the next one"))
    return "\n".join(line(left, right) for left, right in rows)


def line(left: str, right: str) -> str:
    if not left:
        return f"  {right}" if right else ""
    if not right:
        return left
    return f"  {left:<{LEFT}}{right}"


def parameters(found: Estimate) -> list[tuple[str, str]]:
    parts = "   ".join(f"{name.replace('_', '-')} {count(n)}"
                       for name, n in found.parameters.items() if n)
    rows = [("", ""), ("parameters", f"{found.total_parameters:,}"), (" ", parts)]
    if found.active_parameters < found.total_parameters:
        rows.insert(2, (" ", f"{found.active_parameters:,} of them work on a token"))
    return rows


def arithmetic(found: Estimate) -> list[tuple[str, str]]:
    per, flops = found.flops_per_token, found.flops
    again = f"; {operations(flops.again)} more to compute again" if flops.again else ""
    rank = " of one rank" if found.plan.ranks > 1 else ""
    return [("arithmetic", f"{operations(per)} a token: {operations(per / 3)} forward, "
             f"{operations(2 * per / 3)} backward"),
            (" ", f"{operations(flops.model)} a step{rank}{again}")]


def memory(found: Estimate) -> list[tuple[str, str]]:
    m, plan = found.memory, found.plan
    whose = "of one rank" if plan.ranks > 1 else ""
    attention = "flash attention" if flash(plan) else "all weights of attention are kept"
    kept = "recomputed in backward" if plan.checkpointing else "nothing recomputed"
    rows = [("", ""), ("memory", whose or "at the highest point of a step"),
            ("  weights", in_bytes(m.weights)), ("  gradients", in_bytes(m.gradients)),
            ("  moments", f"{in_bytes(m.moments)}  of {plan.optimizer}"),
            ("  activations", f"{in_bytes(m.activations)}  {attention}; {kept}"),
            ("  logits", f"{in_bytes(m.logits)}  and their gradient")]
    for name, size, words in (("half precision", m.half_weights, "copies of the weights"),
                              ("gathered", m.gathered, f"what is whole, by {plan.strategy}")):
        if size:
            rows.append((f"  {name}", f"{in_bytes(size)}  {words}"))
    total = f"{in_bytes(found.needed)}  libraries included; not all is there at once"
    rows.append(("  needed", total))
    if found.recomputed is not None:
        rows.append((" ", f"{in_bytes(found.recomputed)}  with --activation-checkpointing"))
    return [*rows, ("", "")]


def communication(found: Estimate) -> list[tuple[str, str]]:
    sent, plan = found.communication, found.plan
    if not sent.total:
        return []
    parts = [f"{in_bytes(size)} {words}" for size, words in (
        (sent.data, plan.strategy), (sent.copies, "between machines"),
        (sent.tensor, "tensor parallel")) if size]
    return [("communication", f"{in_bytes(sent.total)} sent by each rank in a step: "
             + ", ".join(parts))]


def time(found: Estimate, max_steps: int) -> list[tuple[str, str]]:
    step = found.step
    if step is None:
        return []
    per_second = found.tokens_per_second or 0.0
    rows = [("a step", f"{duration(step.total)}, {rate(per_second)} tokens/s")]
    if found.plan.ranks > 1:
        rows.append((" ", f"{duration(step.arithmetic)} of arithmetic; communication takes "
                     f"{duration(step.beside + step.waiting)}, of which it does not hide "
                     f"{duration(step.exposed + step.waiting)}: efficiency {step.efficiency:.0%}"))
    if max_steps:
        rows.append((f"{max_steps:,} steps", f"{duration(max_steps * step.total)}, "
                     f"{max_steps * found.plan.tokens:,} tokens; evaluations come on top"))
    return rows


def rate(per_second: float) -> str:
    return f"{per_second:,.0f}" if per_second >= 10 else f"{per_second:.2g}"


def said_of_fit(found: Verdict, where: str) -> str:
    """The answer in a sentence."""
    if found.there is None:
        return f"whether it fits cannot be told: nothing says how much memory {where} has"
    told = f"{in_bytes(found.needed)} of {in_bytes(max(found.there, 0))} {where}"
    return f"it fits: {told}" if found.fits else f"it does not fit: it needs {told}"


def ways_out(found: Verdict, command: str = "") -> list[str]:
    """What would fit, a line each; nothing where nothing does."""
    lines = []
    for way in found.ways:
        words = " ".join(way.options)
        whole = words if way.options[0].startswith("--") else f"twinformer {words}"
        lines.append(f"  {in_bytes(way.bytes):>8}  {whole}   ({way.words})")
    return lines
