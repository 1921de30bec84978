"""What the activities room counts of its own work: the writing of events."""

from services.kernel.writing.telemetry import WritingTelemetry


class ActivitiesTelemetry(WritingTelemetry):
    """The pipeline metrics of a writing room; this one has none beside them."""
