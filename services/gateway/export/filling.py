"""Figures and lists as tables: what stands in the headline, which columns, which rows."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from services.gateway.export.table import Cell, Column, Style, Table
from services.gateway.export.words import WORDS, Language, word
from services.gateway.figures.answer import Json, Names
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.metrics import Metric


class Teller(NamedTuple):
    """Names things in one language."""

    catalogue: Catalogue
    places: Names
    language: Language

    def word(self, key: str) -> str:
        """A word of the files."""
        return word(key, self.language)

    def metric(self, metric: Metric) -> str:
        """What a metric means."""
        return metric.text.zh if self.language == "zh" else metric.text.en

    def kind(self, kind_id: str | None) -> str:
        """What a kind is called; its id where the catalogue does not know it."""
        kind = self.catalogue.kinds.get(kind_id or "")
        return (kind.names.zh if self.language == "zh" else kind.names.en) if kind else kind_id or ""

    def asked(self, parameters: Iterable[tuple[str, str]]) -> str:
        """What was asked, in words."""
        return "; ".join(f"{self._label(name)} {self._value(name, value)}" for name, value in parameters)

    def dimension(self, kind_id: str, name: str, value: str) -> str:
        """An attribute of a thing and its value, named as its kind names them."""
        kind = self.catalogue.kinds.get(kind_id)
        if kind is None:
            return f"{name}: {value}"
        attribute = {**kind.fields, **kind.attributes}.get(name)
        state = next((one for one in kind.states if one.id == value), None) if name == "state" else None
        label = self._named(attribute.names) if attribute is not None and attribute.names else self._label(name)
        return f"{label}: {self._named(state.names) if state is not None else self.value(name, value)}"

    def value(self, attribute: str, value: str) -> str:
        """What a value is called, those of a set joined; itself where nobody named it."""
        named = [(one, self.catalogue.value_names(attribute, one)) for one in value.split(",")]
        return ", ".join(one if names is None else self._named(names) for one, names in named)

    def _named(self, names: Any) -> str:
        return str(names.zh if self.language == "zh" else names.en)

    def _label(self, name: str) -> str:
        return word(name, self.language) if name in WORDS else name

    def _value(self, name: str, value: str) -> str:
        if name in {"area", "org"}:
            return self.place("area" if name == "area" else "organisation", value) or value
        if name in {"in", "not_in"}:
            return self.word(value) if value in {"num", "den"} else value
        return self.kind(value) if name == "kind" else value

    def place(self, family: str, key: str | None) -> str:
        """What an area or organisation is called; empty where nobody told."""
        return self.places.get(f"{family}/{key}", "") if key else ""


def figure_table(metric: Metric, answer: Json, by: str, asked: str, teller: Teller, now: datetime) -> Table:
    """A figure with its breakdown: a row for each group, the whole last."""
    style: Style = "ratio" if answer["unit"] == "ratio" else "number"
    parts = [name for name in ("num", "den") if name in answer]
    columns = [Column(teller.word("key"), width=24), Column(teller.word("name"), width=28), Column(teller.word("value"), style)]
    columns += [Column(teller.word(name), "number") for name in parts]
    rows = [[row["key"] or "", _group_name(row, by, teller), _shown(row, "value"), *(_shown(row, name) for name in parts)] for row in answer.get("by", ())]
    rows.append([teller.word("whole"), "", _shown(answer, "value"), *(_shown(answer, name) for name in parts)])
    headline = [*_headline(metric, answer, asked, teller, now), (teller.word("unit"), teller.value("unit", answer["unit"]))]
    headline.append((teller.word("unplaced"), answer["unplaced"]))
    return Table(teller.metric(metric), headline, columns, _one_page(rows))


def items_table(metric: Metric, pages: AsyncIterator[Json], first: Json, asked: str, teller: Teller, now: datetime, *, moved: bool) -> Table:
    """What a figure counts, item by item; `first` is the first page, which `pages` gives again."""
    columns = [
        Column(teller.word("key"), width=26),
        Column(teller.word("kind"), width=20),
        Column(teller.word("area"), width=22),
        Column(teller.word("organisation"), width=28),
        Column(teller.word("at"), "date", 12),
        Column(teller.word("until"), "date", 12),
        Column(teller.word("adds"), "number", 10),
        Column(teller.word("dimensions"), width=40),
    ]
    headline = [*_headline(metric, first, asked, teller, now), (teller.word("total"), first["total"]), (teller.word("sum"), first["sum"])]
    headline.append((teller.word("watermark"), first["watermark"]))
    if moved:
        headline.append((teller.word("moved"), teller.word("moved_text")))
    return Table(teller.metric(metric), headline, columns, _item_pages(pages, teller))


async def _item_pages(pages: AsyncIterator[Json], teller: Teller) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    async for page in pages:
        yield [_item(item, teller) for item in page["items"]]


def _item(item: dict[str, Any], teller: Teller) -> list[Cell]:
    area, organisation = item["area"], item["organisation"]
    dimensions = "; ".join(teller.dimension(item["kind"], name, value) for name, value in (item.get("dimensions") or {}).items())
    return [
        item["key"] or "*", teller.kind(item["kind"]), teller.place("area", area) or area, teller.place("organisation", organisation) or organisation,
        date.fromisoformat(item["at"]), date.fromisoformat(item["until"]) if item.get("until") else None, item["adds"], dimensions,
    ]  # fmt: skip


def _headline(metric: Metric, answer: Json, asked: str, teller: Teller, now: datetime) -> list[tuple[str, Cell]]:
    return [
        (teller.word("definition"), teller.metric(metric)),
        (teller.word("id"), metric.id),
        (teller.word("version"), answer["definition"]["version"] if "definition" in answer else metric.version),
        (teller.word("asked"), asked or "-"),
        (teller.word("as_of"), date.fromisoformat(answer["as_of"])),
        (teller.word("written"), now.strftime("%Y-%m-%d %H:%M:%S %z")),
    ]


def _group_name(row: Json, by: str, teller: Teller) -> str:
    if row["key"] is None:
        return teller.word("without")
    if by.startswith(("area", "org")):
        return row.get("name") or ""
    return teller.kind(row["key"]) if by == "kind" else row.get("name") or teller.value(by, row["key"])


def _shown(row: Json, name: str) -> Cell:
    """The number; a star where it is too small to be shown."""
    value: Cell = row.get(name)
    return "*" if row.get("suppressed") else value


async def _one_page(rows: Sequence[Sequence[Cell]]) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    yield rows
