"""What of the log a generation has not counted yet, in pieces."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from services.metrics.model import Partition, Watermark


class Stretch(NamedTuple):
    """Facts of a partition: those after one sequence, up to another."""

    partition: Partition
    after: int
    last: int


async def stretches_of(own: Mapping[Partition, Watermark], targets: Mapping[Partition, int], most: int) -> AsyncIterator[Stretch]:
    """All that is missing between watermarks and targets, partition by partition, at most so many facts at a time."""
    for partition, watermark in sorted(own.items()):
        for after in range(watermark.sequence, targets[partition], most):
            yield Stretch(partition, after, min(after + most, targets[partition]))
