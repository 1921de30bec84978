"""What happens to the servers underneath, and to processes that are doubled: nothing is lost, nothing counts twice, and all heals by itself."""

import pytest

from deploy.local.platform import Platform
from tests.faults.accidents import ACCIDENTS
from tests.faults.fault import Fault
from tests.faults.judging import assert_all_counted, recount
from tests.faults.trial import attempt
from tests.support.district import District

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize("fault", [fault for fault in ACCIDENTS if fault.short], ids=str)
def test_everything_is_counted_once_after(fault: Fault, platform: Platform) -> None:
    assert attempt(platform, fault).findings() == {}


def test_the_same_events_told_again_change_nothing(platform: Platform, district: District) -> None:
    events = district.foundation() + [event for number in range(5) for event in district.work(number)]
    district.tell(events)
    assert_all_counted(platform, district)

    again = district.tell(events)

    assert again == {"duplicate": len(events)}
    assert_all_counted(platform, district)


def test_figures_rebuilt_from_the_log_are_the_live_ones(platform: Platform, district: District) -> None:
    district.tell(district.foundation() + [event for number in range(5) for event in district.work(number)])
    assert_all_counted(platform, district)

    finished = platform.run("services.metrics.rebuild", "--json")

    assert finished.returncode == 0, finished.stderr + finished.stdout
    district.tell([event for number in range(5, 8) for event in district.work(number)])
    assert_all_counted(platform, district)
    assert recount(platform)["cells"], "nothing was recounted"
