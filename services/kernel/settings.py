"""Settings of a process: environment variables that start with WANGGE_, secrets from files. Read once, at start."""

from datetime import date
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MissingSecretError(Exception):
    """A secret's file is not where the settings say."""


class OwnerSettings(BaseSettings):
    """What a one-shot job needs that owns the database."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", extra="ignore", frozen=True)

    postgres: SecretStr = Field(title="Address of the database, with the role and its password")


class ProcessSettings(OwnerSettings):
    """What every long-running process needs."""

    name: str = Field(default="wangge", title="The process's name in logs and metrics")
    host: str = Field(default="127.0.0.1", title="Address to listen on")
    port: int = Field(default=8080, title="Port to listen on")
    log_json: bool = Field(default=True, title="Log lines as JSON, else for eyes")
    kafka: str = Field(default="127.0.0.1:9092", title="Kafka's bootstrap servers")
    secrets: Path = Field(default=Path("/run/secrets"), title="Folder of secret files")
    catalogue: Path = Field(default=Path("catalogue"), title="Folder of the catalogue")
    catalogue_own: bool = Field(default=False, title="Whether that folder is this process's alone: it then keeps the active catalogue there by itself")
    closed_until: date | None = Field(default=None, title="Last closed day: events that would change its figures are too late")

    def secret(self, name: str) -> str:
        """The text of a secret's file; MissingSecretError says which file is missing."""
        path = self.secrets / name
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise MissingSecretError(f"the secret {path} cannot be read: {error.strerror}") from error


class RoomAddresses(BaseSettings):
    """Where the writing rooms listen."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", extra="ignore", frozen=True)

    members: str = Field(default="http://127.0.0.1:8081", title="The members room")
    activities: str = Field(default="http://127.0.0.1:8082", title="The activities room")
    cases: str = Field(default="http://127.0.0.1:8083", title="The cases room")

    def of(self, owner: str) -> str:
        """The address of an owner's room."""
        return {"members": self.members, "activities": self.activities, "cases": self.cases}[owner]
