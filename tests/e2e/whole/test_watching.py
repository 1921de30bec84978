"""What rules and dashboards ask for is what a running platform exports, under these very names."""

import re

import httpx
import pytest

from deploy.local.platform import Platform
from tests.faults.judging import assert_all_counted, recount
from tests.support.district import District
from tests.support.promql import asked
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(180)


def exported(platform: Platform) -> set[str]:
    """Every name on any process's /metrics: its samples, and for those that have none yet what their type says they will be called."""
    found: set[str] = set()
    for one in platform.plan.services:
        text = httpx.get(f"{platform.url(one.name)}/metrics", timeout=15).text
        found |= set(re.findall(r"^(\w+)(?:\{| )", text, re.MULTILINE))
        for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE):
            found |= {name} | ({f"{name}_bucket"} if kind == "histogram" else set())
    return found


def test_every_metric_that_is_asked_for_is_exported(platform: Platform, district: District) -> None:
    district.tell([*district.foundation(), *district.work(1)])
    street = {"area": f"{district.root}-g", "kind": "area.grid", "parent": district.root}
    district.tell([district.event("area.defined", street), district.event("case.moved", {"case": f"{district.root}-1", "to": "resolved"})])
    assert_all_counted(platform, district)
    assert recount(platform)["differences"] == []

    eventually(lambda: "wangge_recount_differences" in exported(platform), within=20, what="the recount")  # the gateway tells what it read a moment ago
    found = exported(platform)

    assert {name: where for name, where in asked().items() if name not in found} == {}
