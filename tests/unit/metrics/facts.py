"""Facts as the rooms write them, for tests of what reads them."""

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import msgspec

from services.kernel.contracts.facts import Row, row_as_json

_encode = msgspec.json.Encoder().encode


def body(sequence: int, was: Sequence[Row] = (), now: Sequence[Row] = (), *, subject: str = "case/zhuhai:c-1", epoch: int = 1, **more: Any) -> bytes:
    """A fact as it lies in the log and travels on Kafka."""
    event = {
        "specversion": "1.0",
        "id": f"0192e4a0-0000-7000-8000-{sequence:012d}",
        "source": "urn:wangge:cases",
        "type": "org.wangge.case.moved.v1",
        "subject": subject,
        "time": "2026-03-09T08:00:00+08:00",
        "datacontenttype": "application/json",
        "sequence": f"{sequence:020d}",
        "sourceepoch": epoch,
        "catalogueversion": "ab12cd34",
        "recordedtime": "2026-03-09T00:00:01Z",
        "data": {"kind": "case.livelihood", **more, "was": [row_as_json(row) for row in was], "now": [row_as_json(row) for row in now]},
    }
    return _encode(event)


def record(value: bytes | None, offset: int, sequence: int | None = None) -> Any:
    """A Kafka record, with the header that the relay gives it."""
    headers = [] if sequence is None else [("ce_sequence", f"{sequence:020d}".encode())]
    return SimpleNamespace(value=value, offset=offset, headers=headers)


def stretch(day: date, until: date | None = None, *, measure: str = "cases.open", area: str | None = "zhuhai:g-1", dims: str = "{}", **more: Any) -> Row:
    """A stretch of a case's life."""
    return Row(measure, "case.livelihood", area, "zhuhai:o-1", dims, day, until, **more)


def occurrence(day: date, *, measure: str = "cases.moved", area: str | None = "zhuhai:g-1", dims: str = '{"state":"new"}', **more: Any) -> Row:
    """Something that happened to a case on a day."""
    return Row(measure, "case.livelihood", area, "zhuhai:o-1", dims, day, day, **more)
