"""What the processor decides by: letters of one partition, its watermark, and which of them come next. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec


class Partition(NamedTuple):
    """One partition of one topic; equal to the Kafka clients' own pairs."""

    topic: str
    partition: int


Axes = tuple[str, str, str | None, str | None, str]
"""Where a row is counted: measure, kind, area, organisation, dims (canonical JSON). What is equal here is summed together."""


class Letter(msgspec.Struct, gc=False):
    """A record as it was read: a fact and how many lines it has, or what is wrong with it."""

    sequence: int | None  # None: not one of ours, it carries no number
    epoch: int | None  # None: could not be read
    offset: int | None  # None: read from the log, not from Kafka
    packed: list[bytes]  # its lines as records of a COPY, see lines.py
    body: bytes
    fault: str | None = None
    complete: bool = True  # False: it has axes without a number, and is to be read again
    lines: int = 0


class Watermark(NamedTuple):
    """Applied up to this sequence of this epoch. next_offset is where to read on, in the topic's incarnation topic_id only."""

    epoch: int
    sequence: int
    topic_id: str | None = None
    next_offset: int | None = None


class Stop(StrEnum):
    """Why a partition is not counted further."""

    GAP = "gap"  # the exactly next fact has not come
    EPOCH = "epoch"  # the log was restored or told again: a rebuild is needed
    BUDGET = "budget"  # too many facts of late could not be read


class Chosen(NamedTuple):
    """What of a partition's letters is applied, and where that leaves the partition."""

    letters: list[Letter]  # in order, each exactly next; readable or not
    foreign: list[Letter]  # records without a number: kept, and otherwise passed over
    watermark: Watermark
    repeated: int
    stop: Stop | None


def choose(watermark: Watermark, letters: Sequence[Letter]) -> Chosen:
    """The letters that come next after a watermark.

    At or below the watermark, or of an earlier epoch: known already, dropped. Exactly next: taken. Beyond: a gap; nothing beyond it is taken, but the
    missing one is still looked for among the letters that follow, since a relay repeats what was lost behind what it had sent. A later epoch ends it.
    The offset to read on from is that behind the last letter before a gap.
    """
    epoch, sequence, topic_id, next_offset = watermark
    if _are_exactly_next(letters, epoch, sequence):  # nearly always, and ten times as fast
        last = letters[-1].offset
        return Chosen(list(letters), [], Watermark(epoch, sequence + len(letters), topic_id, next_offset if last is None else last + 1), 0, None)
    taken: list[Letter] = []
    foreign: list[Letter] = []
    repeated = 0
    stop: Stop | None = None
    for letter in letters:
        number = letter.sequence
        if number is None:
            foreign.append(letter)
        elif letter.epoch is not None and letter.epoch > epoch:
            stop = Stop.EPOCH
            break
        elif number == sequence + 1 and (letter.epoch is None or letter.epoch == epoch or letter.offset is None):
            taken.append(letter)
            sequence = number
            stop = None
        elif number <= sequence or (letter.epoch is not None and letter.epoch < epoch):
            repeated += 1
        else:
            stop = Stop.GAP
        if stop is None and letter.offset is not None:
            next_offset = letter.offset + 1
    return Chosen(taken, foreign, Watermark(epoch, sequence, topic_id, next_offset), repeated, stop)


def _are_exactly_next(letters: Sequence[Letter], epoch: int, sequence: int) -> bool:
    numbers = [letter.sequence for letter in letters]
    return bool(numbers) and numbers == list(range(sequence + 1, sequence + 1 + len(numbers))) and {letter.epoch for letter in letters} == {epoch}


def cut(chosen: Chosen, faults: int, before: Watermark) -> Chosen:
    """The same, ending before its (faults + 1)-th unreadable letter; used when the reject budget allows only so many."""
    kept: list[Letter] = []
    for letter in chosen.letters:
        if letter.fault is not None:
            if faults == 0:
                break
            faults -= 1
        kept.append(letter)
    if len(kept) == len(chosen.letters):
        return chosen
    last = kept[-1] if kept else None
    sequence = before.sequence if last is None or last.sequence is None else last.sequence
    offset = before.next_offset if last is None or last.offset is None else last.offset + 1
    return Chosen(kept, chosen.foreign, chosen.watermark._replace(sequence=sequence, next_offset=offset), chosen.repeated, Stop.BUDGET)
