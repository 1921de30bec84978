"""The client that districts copy, against the whole platform: by HTTP and by Kafka the same events come to the same figures, once."""

from collections import Counter
from types import ModuleType

import httpx
import pytest

from deploy.local.platform import Platform
from tests.faults.judging import assert_all_counted
from tests.support.copied_client import load_client
from tests.support.district import District, Event

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def client() -> ModuleType:
    return load_client()


def told(district: District, pieces: int) -> list[Event]:
    return district.foundation() + [event for number in range(pieces) for event in district.work(number)]


def statuses(results: list[dict[str, object]]) -> Counter[object]:
    return Counter(result["status"] for result in results)


def test_what_is_told_over_http_is_accepted_once_and_counted(client, platform: Platform, district: District):
    events = told(district, 10)
    http = client.Http(platform.gateway, platform.key("district"))

    assert set(statuses(http.tell(*events))) <= {"accepted", "duplicate"}
    assert statuses(http.tell(*events)) == {"duplicate": len(events)}

    district.accepted = {event["id"]: event for event in events}
    assert_all_counted(platform, district)


def test_what_is_told_over_kafka_even_twice_and_out_of_order_comes_to_the_same(client, platform: Platform, district: District):
    events = told(district, 10)
    foundation, work = events[:2], events[2:]

    kafka = client.Kafka(platform.kafka, platform.key("district"))
    kafka.tell(*work[:30])  # before the organisation they refer to: tried again until it is known
    kafka.tell(*foundation)
    kafka.tell(*work)

    district.accepted = {event["id"]: event for event in events}
    assert_all_counted(platform, district, within=90)
    listed = httpx.get(f"{platform.gateway}/v1/rejected", headers={"authorization": f"Bearer {platform.key('district')}"}, timeout=10).json()["items"]
    assert [one for one in listed if one["id"].startswith(f"{district.root}-") and not one["accepted_later"]] == []


def test_what_is_refused_over_kafka_stands_in_the_list_and_harms_nothing_else(client, platform: Platform, district: District):
    good, bad = told(district, 1), district.event("case.opened", {"case": f"{district.root}-bad", "kind": "case.no_such_kind", "area": district.root})

    client.Kafka(platform.kafka, platform.key("district")).tell(bad, *good)

    district.accepted = {event["id"]: event for event in good}
    assert_all_counted(platform, district)
    listed = httpx.get(f"{platform.gateway}/v1/rejected", headers={"authorization": f"Bearer {platform.key('district')}"}, timeout=10).json()["items"]
    assert [(one["id"], one["code"]) for one in listed if one["id"] == bad["id"]] == [(bad["id"], "unknown-kind")]
