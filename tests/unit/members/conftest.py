"""A room that knows two streets with a branch each, and an enterprise; shared by the tests of the model."""

import pytest

from tests.unit.members.told import Room, at


@pytest.fixture
def room() -> Room:
    room = Room()
    room.tell("area.defined", "t:d", at("2026-01-01"), kind="area.district")
    room.tell("area.defined", "t:s1", at("2026-01-01"), kind="area.street", parent="t:d")
    room.tell("area.defined", "t:s2", at("2026-01-01"), kind="area.street", parent="t:d")
    room.tell("organisation.established", "t:o1", at("2026-01-01"), kind="organisation.branch", area="t:s1")
    room.tell("organisation.established", "t:o2", at("2026-01-01"), kind="organisation.branch", area="t:s2")
    room.tell("unit.registered", "t:u", at("2026-01-01"), kind="unit.enterprise", area="t:s1")
    return room
