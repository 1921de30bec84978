"""Quix Streams: rows by place through `group_by`, cells in its state store, each change in a changelog topic."""

import sys
from typing import Any

from quixstreams import Application, State

from tests.bench.peers.sums import Course, arguments, changes, decode, group, text_of


def by_place(body: bytes) -> list[dict[str, Any]]:
    """One message for each place a fact has rows in."""
    places: dict[str, list[tuple[str, int, int]]] = {}
    for cell, value, count in changes(decode(body)):
        places.setdefault(cell[2] or "", []).append((text_of(cell), value, count))
    # The first one stands for the fact: so many of those, so many facts.
    return [{"place": place, "rows": rows, "facts": int(number == 0)} for number, (place, rows) in enumerate(places.items())] or [
        {"place": "", "rows": [], "facts": 1}
    ]


def main() -> None:
    servers, topic, facts = arguments()
    course, values = Course(facts), dict[str, tuple[int, int]]()
    app = Application(
        broker_address=servers, consumer_group=group(topic), auto_offset_reset="earliest", use_changelog_topics=True, state_dir=sys.argv[4],
        loglevel="WARNING", auto_create_topics=True,
    )  # fmt: skip

    def add(message: dict[str, Any], state: State) -> None:
        for cell, value, count in message["rows"]:
            before = state.get(cell, (0, 0))
            values[cell] = after = (before[0] + value, before[1] + count)
            state.set(cell, after)
        if course.add(message["facts"]):
            app.stop()

    frame = app.dataframe(app.topic(topic, value_deserializer="bytes"))
    frame.apply(by_place, expand=True).group_by("place").update(add, stateful=True)
    app.run()
    course.end(values)


if __name__ == "__main__":
    main()
