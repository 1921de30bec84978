"""What stands in a replay's data: plain values, texts with placeholders, and a few operators.

"g{n:03}": a text; {n} counts the step's events from 1, {i} the repetitions for one thing, {it} is that thing's key, {it.name} a field of what was told
of it; names from `let` likewise.
{in_turn: grids}: the key of an earlier step's things, one after the other.
{cycle: [a, b]}: one after the other.
{pick: [a, b]}: by chance; {pick: {a: 3, b: 1}} with weights.
{between: [1, 9]}: a whole number by chance.
{share: 384}: a part of a total; over the step's events the parts add up to it; unit: 100 keeps them round.
{at: 2h}: a moment, so much after the event's own.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from random import Random
from typing import Any

from deploy.demo.timing import span


class Thing(str):
    """A key, which also knows what was told of the thing: `{it}` is the key, `{it.kind}` a field."""

    __slots__ = ("at", "told")

    told: Mapping[str, Any]
    at: datetime

    @classmethod
    def of(cls, key: str, told: Mapping[str, Any], at: datetime) -> "Thing":
        """A thing that was told of at a moment."""
        thing = cls(key)
        thing.told = told
        thing.at = at
        return thing

    def __getattr__(self, name: str) -> Any:
        try:
            return self.told[name]
        except KeyError:
            raise AttributeError(name) from None


class WrongValueError(Exception):
    """A replay has a value we cannot read."""


class Filler:
    """Fills the templates of one step; the same seed fills them the same way."""

    def __init__(self, chance: Random, things: Mapping[str, Sequence[Thing]], events: int) -> None:
        self._chance = chance
        self._things = things
        self._events = events
        self._shares: dict[tuple[str, ...], list[int]] = {}

    def fill(self, template: Any, names: Mapping[str, Any], number: int, at: datetime, path: tuple[str, ...] = ()) -> Any:
        """The value for the step's event of that number (from 1)."""
        if isinstance(template, str):
            return template.format_map(names) if "{" in template else template
        if isinstance(template, list):
            return [self.fill(one, names, number, at, (*path, str(place))) for place, one in enumerate(template)]
        if not isinstance(template, dict):
            return template.isoformat() if isinstance(template, date) else template
        operator = next(iter(template), "")
        if operator in _OPERATORS:
            return self._operate(operator, template, number, at, path)
        return {name: self.fill(value, names, number, at, (*path, name)) for name, value in template.items()}

    def _operate(self, operator: str, template: dict[str, Any], number: int, at: datetime, path: tuple[str, ...]) -> Any:  # noqa: PLR0911 - one for each
        match template:
            case {"in_turn": str(step)}:
                things = self._things[step]
                return things[(number - 1) % len(things)]
            case {"cycle": list(values)}:
                return values[(number - 1) % len(values)]
            case {"pick": dict(weights)}:
                return self._chance.choices(list(weights), list(weights.values()))[0]
            case {"pick": list(values)}:
                return self._chance.choice(values)
            case {"between": [low, high]}:
                return self._chance.randint(low, high)
            case {"share": int(total)}:
                if path not in self._shares:
                    self._shares[path] = share(total, self._events, template.get("unit", 1), self._chance)
                return self._shares[path][number - 1]
            case {"at": str(after)}:
                return (at + span(after)).isoformat()
            case _:
                raise WrongValueError(f"{operator} cannot be read: {template}")


_OPERATORS = frozenset({"in_turn", "cycle", "pick", "between", "share", "at"})


def steps_named(template: Any) -> Iterator[str]:
    """The earlier steps whose things a template takes in turn."""
    match template:
        case {"in_turn": str(step)}:
            yield step
        case dict():
            yield from steps_named(list(template.values()))
        case list():
            for one in template:
                yield from steps_named(one)
        case _:
            pass


def share(total: int, parts: int, unit: int, chance: Random) -> list[int]:
    """Uneven parts, each a multiple of the unit, that add up to the total; the total must be such a multiple."""
    whole, rest = divmod(total, unit)
    if rest or whole < parts:
        raise WrongValueError(f"{total} cannot be shared among {parts} in units of {unit}")
    # Cuts in a row of units: any number of parts, none empty, and the sum is right by construction.
    weights = [chance.uniform(0.6, 1.4) for _ in range(parts)]
    scale = (whole - parts) / sum(weights)
    ends, reached = [0], 0.0
    for weight in weights:
        reached += weight * scale
        ends.append(round(reached))
    ends[-1] = whole - parts
    return [(end - start + 1) * unit for start, end in pairwise(ends)]
