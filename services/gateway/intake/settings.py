"""The intake's settings."""

from typing import Literal

from pydantic import Field

from services.gateway.settings import GatewaySettings


class IntakeSettings(GatewaySettings):
    """What the intake of `inbound.v1` needs to know."""

    name: str = Field(default="intake", title="The process's name in logs and metrics")
    port: int = Field(default=8086, title="Port to listen on, for health and metrics")
    inbound_topic: str = Field(default="inbound.v1", title="Topic that sources write to")
    inbound_group: str = Field(default="wangge-intake", title="Consumer group of the intake")
    inbound_keys: Literal["checked", "required"] = Field(
        default="checked",
        title="Whether a record must carry its source's API key (header wangge-key); checked: only one that is there is looked at",
    )
    inbound_patience: float = Field(default=60, title="Seconds in which an event with an unknown reference is tried again", ge=0)
    inbound_batch: int = Field(default=1000, title="Events handed to a room at once", ge=1)
    inbound_most_undecided: int = Field(default=5000, title="Undecided records of a partition above which no more of it are fetched", ge=1)
