"""An event counts exactly once, whichever process dies at whichever station of its way. The long form is `./run faults`."""

import pytest

from deploy.local.platform import Platform
from tests.faults.fault import Fault
from tests.faults.stations import STATIONS
from tests.faults.trial import attempt

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize("fault", [fault for fault in STATIONS if fault.short], ids=str)
def test_an_event_counts_once_when_a_process_dies_at(fault: Fault, platform: Platform) -> None:
    verdict = attempt(platform, fault)

    assert verdict.findings() == {}
    assert verdict.events >= 2 + 7 * 16
