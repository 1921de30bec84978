"""The cases room's settings."""

from pydantic import Field

from services.kernel.settings import ProcessSettings


class CasesSettings(ProcessSettings):
    """What the cases room needs to know."""

    name: str = Field(default="cases", title="The process's name in logs and metrics")
    port: int = Field(default=8083, title="Port to listen on")
