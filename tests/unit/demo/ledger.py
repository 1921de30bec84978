"""A replay added up by hand: nothing of the platform's own way of counting."""

from typing import Any

from deploy.demo.generate import Event
from services.kernel.catalogue.catalogue import is_below

Told = list[dict[str, Any]]


class Ledger:
    """What the events leave behind, kept as simply as can be: the newest data of each thing that was not withdrawn."""

    def __init__(self, events: list[Event]) -> None:
        self.things: dict[str, dict[str, dict[str, Any]]] = {}
        self.moves: list[tuple[str, str]] = []
        self.settled: list[tuple[str, int]] = []
        for event in events:
            _, _, family, verb, _ = event["type"].split(".")
            data = dict(event["data"])
            key = data.pop(family)
            things = self.things.setdefault(family, {})
            match verb:
                case "withdrawn" | "ended" | "merged" | "cancelled":
                    things.pop(key)
                case "changed" | "corrected":
                    attributes = {**things[key].get("attributes", {}), **data.get("attributes", {})}
                    things[key] = {**things[key], **data, "attributes": attributes}
                case "moved" if family == "case":
                    self.moves.append((key, data["to"]))
                    self.settled.append((key, data.get("amount_fen", 0)))
                case "moved" | "transferred":
                    things[key] = {**things[key], **data}
                case _:
                    assert key not in things, f"{family}/{key} is made twice"
                    things[key] = {**data, "time": event["time"]}

    def of(self, family: str, kind: str) -> Told:
        """The things of a kind."""
        return [data for data in self.things[family].values() if is_below(data["kind"], kind)]

    def at(self, activity: str, role: str | None = None) -> Told:
        """Who came to an activity."""
        return [data for data in self.things["attendance"].values() if data["activity"] == activity and role in (None, data.get("role"))]

    def reached(self, kind: str, state: str) -> int:
        """How many cases of a kind came into a state."""
        return len({key for key, to in self.moves if to == state and key in self.things["case"] and self.things["case"][key]["kind"] == kind})

    def resolved(self, kind: str) -> int:
        """How many cases of a kind were resolved."""
        return self.reached(kind, "resolved")

    def settled_fen(self, kind: str) -> int:
        """What was settled by moves of the cases of a kind."""
        return sum(fen for key, fen in self.settled if key in self.things["case"] and self.things["case"][key]["kind"] == kind)

    def fen(self, kind: str, period: str | None = None) -> int:
        """The sum of the amounts of a kind."""
        return sum(data["value"] for data in self.of("amount", kind) if data.get("period") == period)
