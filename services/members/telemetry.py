"""What the members room counts of its own work: the writing of events, and people put into the vault."""

from prometheus_client import CollectorRegistry, Counter

from services.kernel.writing.telemetry import WritingTelemetry


class MembersTelemetry(WritingTelemetry):
    """The pipeline metrics of a writing room, with the vault's."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.people = Counter("wangge_vault_people_put", "People put into the vault, new or again", registry=registry)
