"""The page of the catalogue, in both languages: for each line of the published lists the kind that carries it, how to tell of it, what figures it feeds.

`python -m services.kernel.catalogue page` writes docs/catalogue.md and docs/catalogue.zh-CN.md; a test holds them against the catalogue.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import yaml

from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.feeding import Feeding
from services.kernel.catalogue.kinds import FAMILIES, Attribute, Kind, Names
from services.kernel.catalogue.layers import folders_of
from services.kernel.catalogue.metrics import Metric
from services.kernel.catalogue.page_words import FAMILY_NAMES, SECTIONS, WORDS, Language

FILES: dict[Language, str] = {"en": "catalogue.md", "zh": "catalogue.zh-CN.md"}


class _Writing:
    """One page in one language."""

    def __init__(self, catalogue: Catalogue, printed: dict[str, list[str]], language: Language) -> None:
        self._catalogue = catalogue
        self._printed = printed
        self._feeding = Feeding(catalogue)
        self._language = language
        self._words = WORDS[language]

    def lines(self) -> Iterator[str]:
        """The whole page."""
        rows = by_row(self._catalogue)
        yield from (f"# {self._words['title']}", "", self._words["lead"], "", f"[{self._words['other']}]({self._words['other_file']})", "")
        yield from self._general()
        for letter, names in SECTIONS.items():
            yield from (f"## {names[self._language]}", "")
            for row in sorted((row for row in rows if row[0] == letter), key=_order):
                yield f"### {row}"
                yield ""
                for carried in rows[row]:
                    yield from self._kind(carried) if isinstance(carried, Kind) else self._metric(carried)

    def _general(self) -> Iterator[str]:
        """What is counted of every kind of a family."""
        yield from (f"## {self._words['general']}", "", self._words["general_lead"], "", f"| {self._words['family']} | {self._words['figures']} |", "|---|---|")
        for family in FAMILIES:
            fed = self._feeding.of(self._catalogue.kinds[family]).general
            if fed:
                yield f"| {FAMILY_NAMES[family][self._language]} `{family}` | {_code(fed)} |"
        yield ""

    def _kind(self, kind: Kind) -> Iterator[str]:
        words = self._words
        classed = [words[kind.access], *([words["unlinkable"]] if kind.unlinkable else [])]
        yield f"**`{kind.id}`** {self._name(kind.names)} · {' · '.join(classed)}"
        yield ""
        if kind.example is not None:
            yield f"- {words['tell']}: `{kind.example.type}` `{msgspec.json.encode(kind.example.data).decode()}`"
        if kind.attributes:
            yield f"- {words['attributes']}: {'; '.join(self._attribute(name, one) for name, one in sorted(kind.attributes.items()))}"
        if kind.states:
            yield f"- {words['states']}: {' · '.join(f'{self._name(state.names)} `{state.id}`' for state in kind.states)}"
        yield f"- {words['feeds']}: {self._fed(kind)}"
        printed = sorted({figure for place in re.findall(r"[A-Z]+\d?-\d+", kind.source) for figure in self._printed.get(place, ())}, key=_order)
        if printed:
            yield f"- {words['printed']}: {', '.join(printed)}"
        if kind.writers:
            yield f"- {words['writers']}: {', '.join(kind.writers)}"
        if kind.valid_from or kind.valid_until:
            yield f"- {words['valid']}: {kind.valid_from or '…'} – {kind.valid_until or '…'}"
        if kind.note is not None:
            yield f"- {words['reading']}: {self._name(kind.note)}"
        if kind.source:
            yield f"- {words['source']}: {kind.source}"
        yield ""

    def _metric(self, metric: Metric) -> Iterator[str]:
        yield f"**`{metric.id}`** {self._name(metric.text)}"
        yield ""
        yield f"- {metric.form_name} · {metric.unit} · {self._words[metric.nature]}"
        if metric.dimensions:
            yield f"- {self._words['dimensions']}: {_code(metric.dimensions)}"
        yield f"- {self._words['made_of']}: `{msgspec.json.encode(msgspec.to_builtins(metric.form)).decode()}`"
        yield ""

    def _fed(self, kind: Kind) -> str:
        fed = self._feeding.of(kind)
        general = self._words["of_family"].format(family=kind.family)
        return f"{_code(fed.own)}; {general}" if fed.own and fed.general else _code(fed.own) or (general if fed.general else self._words["nothing"])

    def _attribute(self, name: str, one: Attribute) -> str:
        marks = [self._words[word] for word, holds in (("required", one.required), ("dimension", one.dimension), ("sum", one.sum)) if holds]
        values = f" ({', '.join(one.values)})" if one.values else ""
        called = f"{self._name(one.names)} " if one.names is not None else ""
        marked = f" [{', '.join(marks)}]" if marks else ""
        return f"{called}`{name}` {one.type}{values}{marked}"

    def _name(self, names: Names) -> str:
        return " ".join((names.zh if self._language == "zh" else names.en).split())


def page(catalogue: Catalogue, folders: Path | str, language: Language) -> str:
    """The page's text."""
    return "\n".join(_Writing(catalogue, _printed(folders), language).lines()).rstrip() + "\n"


def by_row(catalogue: Catalogue) -> dict[str, list[Kind | Metric]]:
    """The kinds and definitions that carry each line, by their ids."""
    found: dict[str, list[Kind | Metric]] = {}
    carrying: list[Kind | Metric] = [*catalogue.kinds.values(), *catalogue.metrics.values()]
    for one in carrying:
        for row in one.rows:
            found.setdefault(row, []).append(one)
    return found


def _printed(folders: Path | str) -> dict[str, list[str]]:
    """Numbers of published figures, by the line of the article they stand in."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for folder in folders_of(folders) for path in folder.glob("places/*/figures.yaml")):
        for figure in yaml.safe_load(path.read_text(encoding="utf-8")).get("figures", ()):
            found.setdefault(str(figure.get("row")), []).append(str(figure.get("id")))
    return found


def _order(row: str) -> tuple[str, int]:
    return row[0], int(row[1:])


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
