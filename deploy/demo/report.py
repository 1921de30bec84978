"""The table of published and live figures, for eyes."""

from rich.console import Console
from rich.table import Table

from deploy.demo.checking import Checked, number
from deploy.demo.printed import Article

_SIGNS = {"equal": "=", "constant": "=", "at_least": "≥", "at_most": "≤", "above": ">", "below": "<", "about": "≈", "rounded": "≈", "between": ""}


def print_table(console: Console, article: Article, checked: list[Checked]) -> None:
    """Figure, what the article printed, what is live now, and whether it holds."""
    table = Table(title=f"{article.names['zh']} · {article.article} · {article.cut_off}", title_justify="left", header_style="bold")
    table.add_column("figure")
    table.add_column("the article printed", overflow="fold")
    table.add_column("read as", justify="right")
    table.add_column("live now", justify="right")
    table.add_column("holds")
    for one in checked:
        holds = "[green]yes[/green]" if one.holds else "[red]NO[/red]"
        table.add_row(one.figure.id, one.figure.phrase, _read_as(one), _shown(number(one.live)), holds)
    console.print(table)
    hold = sum(one.holds for one in checked)
    console.print(f"{hold} of {len(checked)} figures hold." if hold < len(checked) else f"All {hold} figures hold.")


def _read_as(one: Checked) -> str:
    figure = one.figure
    if figure.match == "between":
        return f"{_shown(figure.low)} – {_shown(figure.high)}"
    return f"{_SIGNS[figure.match]} {_shown(figure.published)}{f' {figure.unit}' if figure.unit else ''}"


def _shown(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if isinstance(value, int) or value == int(value) else f"{value:,.4f}"
