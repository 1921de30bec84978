"""Many rows of numbers at once, as the database copies them: no record of each is made."""

import numpy as np
from numpy.typing import NDArray

from services.kernel.postgres.database import Connection

_HEAD, _TAIL = 19, 2
"""Bytes before the first and after the last row of PostgreSQL's binary format of COPY."""

_SINCE_2000 = 730_120
"""PostgreSQL counts dates from 2000-01-01; this is what Python calls that day."""

INTEGER, BIGINT, DATE, HASH = ">i4", ">i8", ">i4", "V16"
Rows = NDArray[np.void]


async def copied(connection: Connection, statement: str, *arguments: object, columns: dict[str, str]) -> Rows:
    """What a statement finds, as an array with these columns. None of them may be null."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, form in columns.items():
        layout += [(f"bytes of {name}", ">i4"), (name, form)]
    row = np.dtype(layout)
    data = bytearray()

    async def take(part: bytes) -> None:
        data.extend(part)

    await connection.copy_from_query(statement.rstrip(";\n "), *arguments, output=take, format="binary")
    rows: Rows = np.frombuffer(data, row, (len(data) - _HEAD - _TAIL) // row.itemsize, _HEAD)
    assert len(rows) * row.itemsize == len(data) - _HEAD - _TAIL, "a column is null, or none of its type"
    return rows


def ordinals(days: NDArray[np.signedinteger]) -> NDArray[np.int64]:
    """PostgreSQL's dates as Python's ordinals."""
    return days.astype(np.int64) + _SINCE_2000
