"""The gateway's settings."""

from typing import Literal

from pydantic import Field

from services.gateway.grants import Grant
from services.kernel.settings import ProcessSettings


class GatewaySettings(ProcessSettings):
    """What the one public door needs to know."""

    name: str = Field(default="gateway", title="The process's name in logs and metrics")
    most_events: int = Field(default=5_000, title="Events a request may carry", ge=1)
    most_bytes: int = Field(default=16 * 1024 * 1024, title="Bytes a request may carry", ge=1)
    post_timeout: float = Field(default=30, title="Seconds a room may take to answer a batch before its events count as unavailable", gt=0)
    most_kept: int = Field(default=256 * 1024 * 1024, title="Bytes of cells and people kept in memory between questions; 0 keeps nothing", ge=0)
    read_key_required: bool = Field(default=False, title="Whether reading asks for a key as well, whatever may be shown without one")
    read_anonymous: Literal["nothing", "public", "internal"] = Field(
        default="internal", title="What is shown without a key: nothing, figures of public metrics, or all but what is restricted"
    )

    @property
    def anonymous(self) -> tuple[Grant, ...]:
        """What anybody may read."""
        if self.read_key_required or self.read_anonymous == "nothing":
            return ()
        return (Grant(classes=("public",) if self.read_anonymous == "public" else ("public", "internal")),)
