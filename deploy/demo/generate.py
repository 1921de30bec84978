"""From a replay to its events: the same ones every time, in the order in which they were told."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Any, NamedTuple, overload

from typing_extensions import override

from deploy.demo.replay import Replay, Step
from deploy.demo.timing import length, moment, span
from deploy.demo.values import Filler, Thing, steps_named

Event = dict[str, Any]
_PREFIX, _SUFFIX = "org.wangge.", ".v1"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Told(NamedTuple):
    """An event as JSON, and when it was told, which is mostly when it happened."""

    at: datetime
    event: bytes


class Events(Sequence[Event]):
    """A replay's events in the order of telling. Kept as JSON, in a quarter of the room, and decoded whenever they are asked for."""

    def __init__(self, encoded: list[bytes]) -> None:
        self._encoded = encoded

    @override
    def __len__(self) -> int:
        return len(self._encoded)

    @overload
    def __getitem__(self, place: int) -> Event: ...
    @overload
    def __getitem__(self, place: slice) -> list[Event]: ...
    @override
    def __getitem__(self, place: int | slice) -> Event | list[Event]:
        if isinstance(place, slice):
            return [json.loads(one) for one in self._encoded[place]]
        event: Event = json.loads(self._encoded[place])
        return event


def generate(replay: Replay) -> list[Event]:
    """All events of a replay in the order of telling; what is told at the same moment keeps the order of the steps."""
    return list(generate_lean(replay))


def generate_lean(replay: Replay) -> Events:
    """The same, for replays of hundreds of thousands of events."""
    things: dict[str, list[Thing]] = {}
    kept = {step.each for step in replay.steps} | {name for step in replay.steps for name in steps_named([step.data, step.let])}
    told: list[Told] = []
    for step in replay.steps:
        told += _expand(replay, step, things)
        if step.name not in kept:
            del things[step.name]
    told.sort(key=lambda one: one.at)
    return Events([one.event for one in told])


def _expand(replay: Replay, step: Step, things: dict[str, list[Thing]]) -> Iterator[Told]:
    chance = Random(f"{replay.seed}/{step.name}")  # noqa: S311 - a replay must come out the same every time
    made = things.setdefault(step.name, [])
    over = [None] * (step.count or 1) if step.each is None else things[step.each][: step.first]
    filler = Filler(chance, things, len(over) * step.times)
    family = step.type.partition(".")[0]
    late = span(step.late or "0m")
    number = 0
    for it in over:
        for repetition in range(step.times):
            number += 1
            at = moment(step.at, chance, repetition if step.each else number - 1, it.at if it is not None else None)
            names: dict[str, Any] = {"n": number, "i": repetition + 1, "it": it}
            names |= {name: filler.fill(value, names, number, at, ("let", name)) for name, value in step.let.items()}
            data = filler.fill(step.data, names, number, at)
            made.append(Thing.of(filler.fill(step.key, names, number, at), data, at))
            yield Told(at + late, _event(replay, f"{step.name}-{number}", step.type, at, {family: made[-1], **data}))
    yield from _follow(replay, step, made, chance)


def _follow(replay: Replay, step: Step, made: list[Thing], chance: Random) -> Iterator[Told]:
    """What then happens to a step's things, one after the other."""
    family = step.type.partition(".")[0]
    going = [(number, thing, thing.at) for number, thing in enumerate(made, 1)]
    for place, follow in enumerate(step.then, 1):
        if follow.only is not None:
            going = sorted(chance.sample(going, follow.only))
        going = [(number, thing, at + length(follow.after, chance)) for number, thing, at in going]
        for number, thing, at in going:
            yield Told(at, _event(replay, f"{step.name}-{number}.{place}", follow.type, at, {family: thing, **follow.data}))


def _event(replay: Replay, id_: str, type_: str, at: datetime, data: dict[str, Any]) -> bytes:
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": replay.source,
        "type": f"{_PREFIX}{type_}{_SUFFIX}",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    return _encode(event).encode()
