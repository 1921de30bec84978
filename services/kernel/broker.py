"""How to reach the broker: `[USER@]HOST:PORT[,HOST:PORT …]` and, for a user, a password in a file, as options that both Kafka clients understand.

As with PostgreSQL and its PGPASSFILE, the address names who we are and never holds a secret; so it may be logged.
"""

import ssl
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class BrokerSettings(BaseSettings):
    """How a user proves to the broker who it is."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_KAFKA_", extra="ignore", frozen=True)

    password_file: Path = Field(default=Path("/run/secrets/kafka.password"), title="File with the password of Kafka's user")
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(default="PLAIN", title="SASL mechanism, where Kafka's address names a user")
    ca: Path | None = Field(default=None, title="Certificates that vouch for the broker; given, everything goes over TLS")


class MissingPasswordError(OSError):
    """The address names a user, and its password's file cannot be read; the message says which."""


class Login(NamedTuple):
    """Who we are at the broker."""

    user: str
    password: str
    mechanism: str


def login_of(address: str) -> Login | None:
    """The login that an address asks for, None where it names nobody; MissingPasswordError without the password."""
    user, at, _ = address.rpartition("@")
    if not at:
        return None
    settings = BrokerSettings()
    try:
        password = settings.password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise MissingPasswordError(f"Kafka's user {user} has no password: {settings.password_file} cannot be read ({error.strerror})") from error
    return Login(user, password, settings.mechanism)


def servers_of(address: str) -> list[str]:
    """The bootstrap servers of an address."""
    return [server.strip() for server in address.rpartition("@")[2].split(",")]


def tls() -> ssl.SSLContext | None:
    """What to encrypt with; None: nothing is encrypted."""
    ca = BrokerSettings().ca
    return None if ca is None else ssl.create_default_context(cafile=ca)


def connection(address: str) -> dict[str, Any]:
    """Constructor options of aiokafka's and kafka-python's clients; they agree in these names."""
    login, context = login_of(address), tls()
    secured = {"ssl_context": context} if context is not None else {}
    protocol = "SSL" if context is not None else "PLAINTEXT"
    if login is None:
        return {"bootstrap_servers": servers_of(address), "security_protocol": protocol, **secured}
    return {
        "bootstrap_servers": servers_of(address),
        "security_protocol": f"SASL_{protocol}",
        "sasl_mechanism": login.mechanism,
        "sasl_plain_username": login.user,
        "sasl_plain_password": login.password,
        **secured,
    }
