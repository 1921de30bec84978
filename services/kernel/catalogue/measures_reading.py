"""Measures out of the files, and those that stand beside them: one for each number that a kind lets figures add up."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from services.kernel.catalogue.converting import convert
from services.kernel.catalogue.kinds import FAMILIES, Attribute, Kind, Names
from services.kernel.catalogue.metrics import Measure
from services.kernel.catalogue.source import Flaw, Source


def read_measures(listed: Iterable[tuple[Source, int, object]], flaws: list[Flaw]) -> dict[str, Measure]:
    """The row measures by id, of the items of all `measures` sections."""
    measures: dict[str, Measure] = {}
    for source, number, value in listed:
        at = ("measures", number)
        measure = convert(source, at, value, Measure, flaws)
        if measure is None:
            continue
        if measure.id in measures:
            flaws.append(source.flaw(at, f"the measure {measure.id} is declared already", "Keep one"))
        if ":" in measure.id:
            flaws.append(source.flaw(at, f"{measure.id} has a colon, which stands before a number that is added up", "Write it with dots"))
        unknown = sorted(set(measure.families) - set(FAMILIES))
        flaws.extend(source.flaw((*at, "families"), f"{measure.id}: there is no family {one}", f"Use {', '.join(FAMILIES)}") for one in unknown)
        measures[measure.id] = measure
    return measures


def with_numbers(measures: Mapping[str, Measure], kinds: Iterable[Kind]) -> dict[str, Measure]:
    """The measures with those of the numbers that kinds of their families let figures add up: `entries:floor_area` beside `entries`."""
    numbers: dict[str, dict[str, Attribute]] = {}
    for kind in kinds:
        for name, declared in _summed(kind):
            numbers.setdefault(kind.family, {}).setdefault(name, declared)
    found = dict(measures)
    for measure in measures.values():
        for family in measure.families if measure.sums_as else ():
            for name, declared in numbers.get(family, {}).items():
                found.setdefault(f"{measure.sums_as}:{name}", _of_number(measure, name, declared))
    return found


def _summed(kind: Kind) -> Iterator[tuple[str, Attribute]]:
    for name, declared in (*kind.attributes.items(), *kind.fields.items()):
        if declared.sum:
            yield name, declared


def _of_number(measure: Measure, name: str, declared: Attribute) -> Measure:
    called = declared.names or Names(zh=name, en=name)
    names = Names(zh=f"{measure.names.zh}：{called.zh}合计", en=f"{measure.names.en}: {called.en} added up")
    return msgspec.structs.replace(measure, id=f"{measure.sums_as}:{name}", unit=name, names=names, internal=True, sums_as="")
