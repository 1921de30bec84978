"""The table of published and live figures, for eyes."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from deploy.demo.checking import Checked, number
from deploy.demo.printed import Article

_SIGNS = {"equal": "=", "constant": "=", "at_least": "≥", "at_most": "≤", "above": ">", "below": "<", "about": "≈", "rounded": "≈", "between": ""}

Found = Sequence[tuple[Article, list[Checked]]]
"""Each place's article and its figures, checked."""


def print_table(console: Console, found: Found) -> None:
    """One table: figure, what the article printed, what is live now, and whether it holds; then how many hold."""
    table = Table(title=" · ".join(_title(article) for article, _ in found[:1]) if len(found) == 1 else None, title_justify="left", header_style="bold")
    table.add_column("figure")
    table.add_column("the article printed", overflow="fold", min_width=19)
    table.add_column("read as", justify="right")
    table.add_column("live now", justify="right")
    table.add_column("by", overflow="fold")
    table.add_column("holds")
    for article, checked in found:
        if len(found) > 1:
            table.add_section()
            table.add_row("", f"[bold]{_title(article)}[/bold]", "", "", "", f"{_holding(checked)}/{len(checked)}")
        _add_rows(table, checked)
    console.print(table)
    every = [one for _, checked in found for one in checked]
    hold = _holding(every)
    console.print(f"{hold} of {len(every)} figures hold." if hold < len(every) else f"All {hold} figures hold.")


def _add_rows(table: Table, checked: Iterable[Checked]) -> None:
    for one in checked:
        holds = "[green]yes[/green]" if one.holds else "[red]NO[/red]"
        table.add_row(one.figure.id, one.figure.phrase, _read_as(one), _shown(number(one.live)), _by(one), holds)


def _by(one: Checked) -> str:
    """The definition that gave the number, and of how many things or occurrences; one that is so by decision stands in the catalogue."""
    definition = one.definition or one.figure.metric
    if one.is_decided:
        return f"{definition} (catalogue)"
    return definition if one.events is None else f"{definition} ({one.events:,})"


def _title(article: Article) -> str:
    return f"{article.names['zh']} · {article.article} · {article.cut_off}"


def _holding(checked: Iterable[Checked]) -> int:
    return sum(one.holds for one in checked)


def _read_as(one: Checked) -> str:
    figure = one.figure
    if figure.match == "between":
        return f"{_shown(figure.low)} – {_shown(figure.high)}"
    return f"{_SIGNS[figure.match]} {_shown(figure.published)}{f' {figure.unit}' if figure.unit else ''}"


def _shown(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if isinstance(value, int) or value == int(value) else f"{value:,.4f}"
