"""What Longhu's events leave behind on a day, kept as simply as can be: the oracle of its replay, which shares nothing with the platform."""

from collections import Counter
from datetime import date, datetime
from typing import Any

from deploy.demo.generate import Event
from services.kernel.catalogue.catalogue import is_below

Things = dict[str, dict[str, Any]]


def day_of(event: Event) -> date:
    """When it happened, whenever it was told."""
    return datetime.fromisoformat(event["time"]).date()


def family_of(event: Event) -> str:
    """What the event is about."""
    return str(event["type"]).split(".")[2]


def verb_of(event: Event) -> str:
    """What happened to it."""
    return str(event["type"]).split(".")[3]


class Ledger:
    """`made`: everything not withdrawn, as it was told first, with its day; `live`: what of it stood at the end of the day, as it was then."""

    def __init__(self, events: list[Event], until: date) -> None:
        withdrawn = {self._subject(event) for event in events if verb_of(event) == "withdrawn"}
        self.made: dict[str, Things] = {}
        self.live: dict[str, Things] = {}
        self.moves: list[tuple[str, str, date]] = []
        for event in sorted(events, key=lambda one: datetime.fromisoformat(one["time"])):
            if self._subject(event) not in withdrawn and day_of(event) <= until:
                self._take(event)

    def _subject(self, event: Event) -> tuple[str, str]:
        return family_of(event), event["data"][family_of(event)]

    def _take(self, event: Event) -> None:
        family, key = self._subject(event)
        data = {name: value for name, value in event["data"].items() if name != family}
        made, live = self.made.setdefault(family, {}), self.live.setdefault(family, {})
        match verb_of(event):
            case "ended" | "merged" | "cancelled":
                live.pop(key)
            case "changed" | "corrected":
                live[key] = {**live[key], **data, "attributes": {**live[key].get("attributes", {}), **data.get("attributes", {})}}
            case "moved" if family == "case":
                self.moves.append((key, data["to"], day_of(event)))
            case "moved" | "transferred":
                live[key] = {**live[key], **data}
            case "planned":
                live[key] = {**data, "planned": True}
            case _:
                assert key not in made, f"{family}/{key} is made twice"
                made[key] = live[key] = {**data, "day": day_of(event)}

    def of(self, family: str, kind: str, **told: Any) -> list[dict[str, Any]]:
        """What stands of a kind, with these fields or attributes."""
        return [data for data in self.live.get(family, {}).values() if _fits(data, kind, told)]

    def since(self, family: str, kind: str, first: date = date.min, **told: Any) -> list[dict[str, Any]]:
        """What was made of a kind from a day on, opening stock aside."""
        return [data for data in self.made[family].values() if data["day"] >= first and "opening" not in data and _fits(data, kind, told)]

    def reached(self, kind: str, state: str, **told: Any) -> list[dict[str, Any]]:
        """The cases of a kind that came to a state, each once."""
        keys = {key for key, to, _ in self.moves if to == state}
        return [data for key, data in self.live["case"].items() if key in keys and _fits(data, kind, told)]

    def heads(self, kind: str) -> int:
        """Person-times at the activities of a kind."""
        return sum(data["head_count"] for data in self.live["attendance"].values() if is_below(self.live["activity"].get(data["activity"], {}).get("kind", "-"), kind))

    def fen(self, kind: str, period: str | None = None, **told: Any) -> int:
        """The sum of the amounts of a kind."""
        return sum(data["value"] for data in self.of("amount", kind, **told) if period in (None, data.get("period")))

    def count(self, family: str, kind: str, role: str, **told: Any) -> Counter[str]:
        """How often each stands in a role of what stands of a kind."""
        return Counter(data[role] for data in self.of(family, kind, **told))


def _fits(data: dict[str, Any], kind: str, told: dict[str, Any]) -> bool:
    known = {**data.get("attributes", {}), **{name: value for name, value in data.items() if name != "attributes"}}
    return is_below(data["kind"], kind) and all(known.get(name) == value for name, value in told.items())
