"""The activities room's settings."""

from pydantic import Field

from services.kernel.settings import ProcessSettings


class ActivitiesSettings(ProcessSettings):
    """What the activities room needs to know."""

    name: str = Field(default="activities", title="The process's name in logs and metrics")
    port: int = Field(default=8082, title="Port to listen on")
