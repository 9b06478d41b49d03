"""The findings and the parity of each device as a page of text."""

__all__ = ["report"]


def report(findings, parities, healthy) -> None:
    """The findings and the parity table as text of 100 columns."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    styles = {"ok": "green", "missing": "yellow", "problem": "bold red"}
    signs = {"ok": "ok", "missing": "--", "problem": "!!"}
    for topic, what, state, advice in findings:
        console.print(f"  {signs[state]}  {topic:<10}", style=styles[state], end="")
        console.print(what)
        if advice:
            console.print(f"{'':16}{advice}", style="dim")
    if parities:
        from ..parity.quick import ROUNDINGS

        console.print("\nParity of a tiny GPT with the reference in float64: the worst error as a "
                      "share of its\nbound "
                      f"({ROUNDINGS} roundings of the array's largest number). Below 1 is "
                      "agreement.\n")
        console.print(f"      {'side':<7}{'device':<9}{'dtype':<10}{'logits':>8}{'gradients':>11}"
                      f"{'seconds':>9}   worst gradient", style="bold")
    for row in parities:
        sign, style = ("ok", "green") if row["agrees"] else ("!!", "bold red")
        console.print(f"  {sign}  ", style=style, end="")
        start = f"{row['side']:<7}{row['device']:<9}{row['dtype']:<10}"
        console.print(start + row["error"] if "error" in row else
                      f"{start}{row['logits']:>8.3f}{row['gradients']:>11.3f}"
                      f"{row['seconds']:>9.1f}   {row['worst']}")
    console.print()
    if healthy:
        console.print("This machine is ready: twinformer train", style="bold green")
    else:
        console.print("Something above is marked !! and needs you first.", style="bold red")
