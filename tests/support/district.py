"""A district system for tests: tells events through the public door until each is decided, and keeps its own ledger of what was accepted."""

import itertools
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

Event = dict[str, Any]
_districts = itertools.count(int(time.time()) % 100_000 * 100)
BATCH = "application/cloudevents-batch+json"


class District:
    """One district with an area root of its own, so that tests do not see each other's figures."""

    def __init__(self, gateway: str, key: str, *, source: str = "urn:wangge:district") -> None:
        self.gateway = gateway
        self.root = f"d{next(_districts)}"
        self.accepted: dict[str, Event] = {}
        self.refused: dict[str, Event] = {}
        self._source = source
        self._client = httpx.Client(base_url=gateway, headers={"authorization": f"Bearer {key}"}, timeout=20)
        self._numbers = itertools.count(1)

    def event(self, kind: str, data: dict[str, Any], *, day: date = date(2026, 3, 2), hour: int = 9, event_id: str | None = None) -> Event:
        """A CloudEvent of this district; kind is the type without prefix and suffix (`member.joined`)."""
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8)
        return {
            "specversion": "1.0",
            "id": event_id or f"{self.root}-{next(self._numbers)}",
            "source": self._source,
            "type": f"org.wangge.{kind}.v1",
            "time": moment.isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }

    def foundation(self) -> list[Event]:
        """The district's area and its organisation, which everything else hangs on."""
        return [
            self.event("area.defined", {"area": self.root, "kind": "district"}, day=date(2026, 1, 1)),
            self.event("organisation.established", {"organisation": f"{self.root}-o", "kind": "organisation", "area": self.root}, day=date(2026, 1, 1)),
        ]

    def work(self, number: int) -> list[Event]:
        """The numbered piece of a district's work: a unit that is covered, a member, a shift, a case that is opened and resolved; 7 events in three rooms."""
        organisation, key = f"{self.root}-o", f"{self.root}-{number}"
        day = date(2026, 2, 1) + timedelta(days=number % 40)
        return [
            self.event("unit.registered", {"unit": key, "kind": "unit", "area": self.root}, day=day),
            self.event("link.set", {"link": key, "kind": "covers", "from": f"organisation/{organisation}", "to": f"unit/{key}"}, day=day),
            self.event("member.joined", {"member": key, "organisation": organisation, "standing": "full"}, day=day),
            self.event("shift.logged", {"shift": key, "kind": "shift", "person": f"member/{key}", "organisation": organisation, "area": self.root,
                                        "starts": f"{day.isoformat()}T09:00:00+08:00", "minutes": 30 + number % 7}, day=day, hour=12),
            self.event("case.opened", {"case": key, "kind": "case", "area": self.root, "organisation": organisation}, day=day, hour=13),
            self.event("case.assigned", {"case": key, "organisation": organisation, "person": f"member/{key}"}, day=day, hour=14),
            self.event("member.changed", {"member": key, "attributes": {}, "standing": "probationary"}, day=day, hour=15),
        ]  # fmt: skip

    def tell(self, events: Sequence[Event], *, within: float = 60, batch: int = 50) -> Counter[str]:
        """Sends in order, and again whatever was not decided, until all is; counts the results."""
        results: Counter[str] = Counter()
        deadline = time.monotonic() + within
        for start in range(0, len(events), batch):
            waiting = list(events[start : start + batch])
            while waiting:
                if time.monotonic() > deadline:
                    raise AssertionError(f"{len(waiting)} events undecided after {within:.0f} s")
                waiting = self._send(waiting, results)
                if waiting:
                    time.sleep(0.1)
        return results

    def _send(self, events: list[Event], results: Counter[str]) -> list[Event]:
        try:
            answer = self._client.post("/v1/events", content=json.dumps(events), headers={"content-type": BATCH})
            told = answer.json().get("results")
        except (httpx.HTTPError, ValueError):
            return events
        if told is None:
            assert answer.status_code in {500, 502, 503, 504}, answer.text
            return events
        again = []
        for event, result in zip(events, told, strict=True):
            if result["status"] == "unavailable":
                again.append(event)
                continue
            results[result["status"]] += 1
            if result["status"] == "rejected":
                self.refused[event["id"]] = result
            else:
                self.accepted[event["id"]] = event
        return again

    def figure(self, metric: str, **parameters: object) -> Any:
        """The live value of a metric for this district."""
        answer = self._client.get(f"/v1/metrics/{metric}", params={"area": f"district:{self.root}", **parameters})
        assert answer.status_code == 200, answer.text
        return answer.json()["value"]

    def expected(self) -> dict[str, int]:
        """What the ledger of accepted events adds up to, for events made by `foundation` and `work`."""
        told = Counter(event["type"].split(".", 2)[2].removesuffix(".v1") for event in self.accepted.values())
        minutes = sum(event["data"]["minutes"] for event in self.accepted.values() if ".shift." in event["type"])
        return {
            "units": told["unit.registered"],
            "members": told["member.joined"],
            "links": told["link.set"],
            "cases.open": told["case.opened"],
            "volunteer.minutes": minutes,
            "volunteer.people": told["shift.logged"],
        }

    def live(self, names: Iterable[str]) -> dict[str, int]:
        """The same figures as the gateway gives them."""
        return {name: self.figure(name) for name in names}

    def close(self) -> None:
        """Ends the connection."""
        self._client.close()
