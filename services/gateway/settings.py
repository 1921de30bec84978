"""The gateway's settings."""

from pydantic import Field

from services.kernel.settings import ProcessSettings


class GatewaySettings(ProcessSettings):
    """What the one public door needs to know."""

    name: str = Field(default="gateway", title="The process's name in logs and metrics")
    most_events: int = Field(default=5_000, title="Events a request may carry", ge=1)
    most_bytes: int = Field(default=16 * 1024 * 1024, title="Bytes a request may carry", ge=1)
    post_timeout: float = Field(default=30, title="Seconds a room may take to answer a batch before its events count as unavailable", gt=0)
    read_key_required: bool = Field(default=False, title="Whether reading figures asks for a key as well")
