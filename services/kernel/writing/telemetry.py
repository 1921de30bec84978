"""What a writing room counts of its own work."""

from collections import Counter as Tally

from prometheus_client import CollectorRegistry, Counter, Histogram

from services.kernel.writing.batch import Outcome


class WritingTelemetry:
    """The pipeline metrics of a writing room."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter("wangge_events_decided", "Events decided, by what became of them", ["result"], registry=registry)
        self.facts = Counter("wangge_facts_logged", "Facts written to the log", registry=registry)
        self.lost_races = Counter("wangge_writer_lost_races", "Batches decided again because another writer was quicker", registry=registry)
        self.transaction = Histogram("wangge_writer_transaction_seconds", "One group commit, from reading to commit", registry=registry)
        for result in ("accepted", "duplicate", "rejected"):
            self.events.labels(result)

    def count(self, outcome: Outcome) -> None:
        """Adds a committed batch."""
        for result, number in Tally(one.status for one in outcome.results).items():
            self.events.labels(result).inc(number)
        self.facts.inc(len(outcome.facts))
