"""The way from the log to the figures as a state machine: writers, a forgetful relay, a lossy topic, processors that crash, lag and overlap.

What is checked is our own choosing rule (services.metrics.model.choose) inside a model of everything around it: after any history, what was counted is
the log's beginning, each fact once; and when all is healed, it is the whole log.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.metrics.model import Letter, Stop, Watermark, choose


@dataclass
class Record:
    """What lies on the topic."""

    epoch: int
    sequence: int


@dataclass
class Processor:
    """A worker: where it reads, and the watermark it believes in until it commits."""

    position: int = 0
    fetched: list[tuple[int, Record]] = field(default_factory=list)
    believed: Watermark = field(default_factory=lambda: Watermark(1, 0))


class Protocol(RuleBasedStateMachine):
    """One partition; two relays that may overlap, two processors that may both think it theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[int] = []  # the fact's number in the log: 1, 2, 3 …
        self.epoch = 1
        self.topic: list[Record] = []
        self.acked = 0
        self.relays = [0, 0]  # next log index each relay sends
        self.counted: list[int] = []
        self.watermark = Watermark(1, 0)
        self.processors = [Processor(), Processor()]
        self.rebuild_wanted = False

    @rule(facts=st.integers(1, 4))
    def write(self, facts: int) -> None:
        """Commits of the writing room: numbers without gaps."""
        self.log.extend(range(len(self.log) + 1, len(self.log) + 1 + facts))

    @rule(relay=st.integers(0, 1), facts=st.integers(1, 5), acknowledged=st.booleans())
    def relay_sends(self, relay: int, facts: int, acknowledged: bool) -> None:
        """A relay sends on from where it is; the mark may be lost by a crash."""
        start = self.relays[relay]
        sent = self.log[start : start + facts]
        self.topic.extend(Record(self.epoch, number) for number in sent)
        self.relays[relay] = start + len(sent)
        if acknowledged:
            self.acked = max(self.acked, self.relays[relay])

    @rule(relay=st.integers(0, 1))
    def relay_crashes(self, relay: int) -> None:
        """It comes back at the last mark: a suffix is sent again."""
        self.relays[relay] = self.acked

    @rule()
    def broker_is_emptied(self) -> None:
        """The topic is made anew; the relays notice and begin at 0; offsets of old mean nothing."""
        self.topic = []
        self.acked = 0
        self.relays = [0, 0]
        for processor in self.processors:
            processor.position = 0
            processor.fetched = []

    @rule(cut=st.integers(0, 3))
    def broker_loses_a_tail(self, cut: int) -> None:
        """Records that were acknowledged are gone: the processors must stop at the gap, not skip it."""
        if cut and cut <= len(self.topic):
            del self.topic[-cut:]
            for processor in self.processors:
                processor.position = min(processor.position, len(self.topic))
                processor.fetched = []

    @rule(number=st.integers(0, 1), most=st.integers(1, 6))
    def processor_fetches(self, number: int, most: int) -> None:
        """A fetch that is not applied yet; the watermark is read now and may be old when it commits."""
        processor = self.processors[number]
        records = self.topic[processor.position : processor.position + most]
        processor.fetched = [(processor.position + place, record) for place, record in enumerate(records)]
        processor.believed = self.watermark

    @rule(number=st.integers(0, 1))
    def processor_commits(self, number: int) -> None:
        """Rows and watermark in one transaction; whoever's watermark is not the stored one loses and reads again."""
        processor = self.processors[number]
        fetched, processor.fetched = processor.fetched, []
        if not fetched or processor.believed != self.watermark:
            return
        chosen = choose(processor.believed, [Letter(record.sequence, record.epoch, offset, [], b"") for offset, record in fetched])
        self.counted.extend(letter.sequence or 0 for letter in chosen.letters)
        self.watermark = chosen.watermark
        if chosen.stop is Stop.EPOCH:
            self.rebuild_wanted = True
        processor.position = 0 if chosen.stop is Stop.GAP else fetched[-1][0] + 1

    @rule(number=st.integers(0, 1))
    def processor_crashes(self, number: int) -> None:
        """What was fetched is lost; it begins where the stored hint says."""
        self.processors[number] = Processor(position=min(self.watermark.next_offset or 0, len(self.topic)))

    @rule()
    def log_is_told_again(self) -> None:
        """A restored backup: the next epoch, from the beginning."""
        self.epoch += 1
        self.acked = 0
        self.relays = [0, 0]

    @rule()
    def rebuild(self) -> None:
        """From the log, beside the live figures, then switched."""
        self.counted = list(self.log)
        self.watermark = Watermark(self.epoch, len(self.log))
        self.rebuild_wanted = False
        for processor in self.processors:
            processor.position = 0

    @invariant()
    def counted_is_the_beginning_of_the_log(self) -> None:
        """Nothing twice, nothing skipped, nothing out of order: at every moment."""
        assert self.counted == self.log[: len(self.counted)]
        assert self.watermark.sequence == len(self.counted)

    def teardown(self) -> None:
        """Heal: one relay republishes everything, one processor reads it; an older epoch asks for a rebuild first."""
        if self.watermark.epoch != self.epoch:
            self.rebuild()
        self.broker_is_emptied()
        self.relay_sends(0, len(self.log) + 1, True)
        for _ in range(2):
            self.processor_fetches(0, len(self.topic) + 1)
            self.processor_commits(0)
        assert self.counted == self.log


TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


class _Skipping(Protocol):
    """The same with a rule that skips gaps, to show that the checks see it."""

    @rule(number=st.integers(0, 1))
    def processor_commits(self, number: int) -> None:
        processor = self.processors[number]
        fetched, processor.fetched = processor.fetched, []
        fresh = [record.sequence for _, record in fetched if record.sequence > self.watermark.sequence]
        processor.position += len(fetched)
        if fresh:
            self.counted.extend(fresh)
            self.watermark = self.watermark._replace(sequence=fresh[-1])


@pytest.mark.parametrize("machine", [Protocol, _Skipping])
def test_the_checks_see_a_processor_that_skips(machine: type[Protocol]) -> None:
    one = machine()
    one.write(3)
    one.relay_sends(0, 3, True)
    one.broker_loses_a_tail(1)
    one.write(2)
    one.relay_sends(0, 2, True)
    one.processor_fetches(0, 6)
    one.processor_commits(0)

    if machine is _Skipping:
        with pytest.raises(AssertionError):
            one.counted_is_the_beginning_of_the_log()
    else:
        one.counted_is_the_beginning_of_the_log()
