"""What the values of attributes are called: words for readers, so they change no version."""

import re

from services.kernel.catalogue.converting import convert, mapping
from services.kernel.catalogue.kinds import Names
from services.kernel.catalogue.source import Flaw, Source

_ID = re.compile(r"([a-z][a-z0-9_]*\.)?[a-z0-9][a-z0-9_-]*")


def read_values(sources: list[Source], flaws: list[Flaw]) -> dict[str, Names]:
    """Names by VALUE or ATTRIBUTE.VALUE, sorted. A later folder's word goes before an earlier one's; twice in one folder is a flaw."""
    named: dict[str, tuple[Source, Names]] = {}
    for source in sources:
        top = mapping(source, (), source.value, flaws)
        for value, told in mapping(source, ("values",), top.get("values"), flaws).items():
            at = ("values", value)
            names = convert(source, at, told, Names, flaws)
            if not _ID.fullmatch(value):
                flaws.append(source.flaw(at, f"{value} is no value", "Write VALUE, or ATTRIBUTE.VALUE where the word depends on the attribute"))
            elif value in named and named[value][0].layer == source.layer:
                other = named[value][0]
                where = f"{other.name}:{other.line('values', value)}"
                flaws.append(source.flaw(at, f"{value} is named already, at {where}", "Name ATTRIBUTE.VALUE where it means something else"))
            elif names is not None:
                named[value] = source, names
    return {value: names for value, (_, names) in sorted(named.items())}
