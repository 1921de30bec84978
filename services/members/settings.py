"""The members room's settings."""

from pydantic import Field

from services.kernel.settings import ProcessSettings


class MembersSettings(ProcessSettings):
    """What the members room needs to know."""

    name: str = Field(default="members", title="The process's name in logs and metrics")
    port: int = Field(default=8081, title="Port to listen on")
