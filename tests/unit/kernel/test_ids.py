"""Identifiers: version 7, and rising within a process, which the recount's order rests on."""

from itertools import pairwise

from services.kernel.ids import new_id


def test_each_id_is_greater_than_the_one_before_and_a_version_7_uuid() -> None:
    ids = [new_id() for _ in range(5000)]

    assert all(earlier < later for earlier, later in pairwise(ids))
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
