"""The examples that kinds carry, as events: what a newcomer copies must be what the contract accepts."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from services.kernel.catalogue.catalogue import Catalogue, is_below
from services.kernel.catalogue.kinds import Kind
from services.kernel.catalogue.source import Flaw
from services.kernel.contracts.commands import Command, Enrolled
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.reading import Reader, full_kind
from services.kernel.contracts.registry import TYPES
from services.kernel.errors import RefusedError
from services.kernel.people import Pseudonyms

SOURCE = "urn:wangge:example"
TELLER = Enrolled(namespace="example", register="example")
"""Who tells the examples: a source that may write everything of its own."""

_KINDLESS = ("member", "attendance")
_LATEST = datetime(2999, 1, 1, tzinfo=UTC)
_KEY = b"examples are nobody's, any key will do"


def example_event(kind: Kind) -> bytes:
    """The kind's example as a CloudEvent, JSON. Its own kind is added where the example leaves it out. The kind must have an example."""
    assert kind.example is not None
    data = kind.example.data
    if kind.family not in _KINDLESS and "kind" not in data:
        data = {**data, "kind": kind.id}
    head = {"specversion": "1.0", "id": f"example.{kind.id}", "source": SOURCE, "type": kind.example.full_type, "time": kind.example.time}
    return msgspec.json.encode({**head, "data": data})


def example_reader(catalogue: Catalogue) -> Reader:
    """Reads examples of any time."""
    return Reader(catalogue, Pseudonyms(_KEY), lambda: _LATEST)


def read_example(reader: Reader, kind: Kind) -> Command:
    """The command that a kind's example comes to; RefusedError says what is wrong with it."""
    return reader.read(decode_event(example_event(kind)), TELLER)


def flaws_of_examples(catalogue: Catalogue) -> Iterator[Flaw]:
    """Examples that the contract refuses, or that are of another kind; and kinds that carry a row and have none."""
    reader = example_reader(catalogue)
    for kind in catalogue.kinds.values():
        file, _, line = kind.declared_at.partition(":")
        if kind.example is None:
            if kind.rows:
                yield Flaw(file, int(line), f"{kind.id} carries {', '.join(kind.rows)} and has no example", "Add example: {type: …, data: {…}}")
            continue
        for what, mend in _faults(reader, kind):
            yield Flaw(file, int(line), f"{kind.id}: its example {what}", mend)


def _faults(reader: Reader, kind: Kind) -> Iterator[tuple[str, str]]:
    assert kind.example is not None
    known = TYPES.get(kind.example.full_type)
    if known is None or known.effect != "makes" or known.family != kind.family:
        verbs = ", ".join(f"{one.family}.{one.verb}" for one in TYPES.values() if one.family == kind.family and one.effect == "makes")
        yield f"is a {kind.example.type}, which makes no {kind.family}", f"Write type: {verbs}"
        return
    given = kind.example.data.get("kind")
    if isinstance(given, str) and not is_below(full_kind(kind.family, given), kind.id):
        yield f"is of the kind {given}", f"Write kind: {kind.id} or one below it, or leave it out"
        return
    try:
        read_example(reader, kind)
    except RefusedError as error:
        yield f"is refused as {error.problem.code}: {error.problem.detail}", "Mend the example, or what the kind declares"
