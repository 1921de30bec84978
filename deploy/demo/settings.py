"""Where the demo finds the platform: the environment that `./run` sets."""

import os
from pathlib import Path
from typing import NamedTuple


class MissingKeyError(Exception):
    """The place has no key; the message says what to do."""


class DemoSettings(NamedTuple):
    """Addresses and folders."""

    gateway: str
    kafka: str
    secrets: Path
    catalogue: Path

    @classmethod
    def from_environment(cls) -> "DemoSettings":
        """WANGGE_GATEWAY, WANGGE_KAFKA, WANGGE_SECRETS, WANGGE_CATALOGUE; the defaults are those of a platform on this machine."""
        root = Path(__file__).resolve().parents[2]
        return cls(
            gateway=os.environ.get("WANGGE_GATEWAY", "http://127.0.0.1:8080"),
            kafka=os.environ.get("WANGGE_KAFKA", "127.0.0.1:9092"),
            secrets=Path(os.environ.get("WANGGE_SECRETS", root / ".data" / "secrets")),
            catalogue=Path(os.environ.get("WANGGE_CATALOGUE", root / "catalogue")),
        )

    def key(self, place: str) -> str:
        """The API key of a place's platform."""
        path = self.secrets / "keys" / f"{place}.key"
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise MissingKeyError(f"the key {path} cannot be read ({error.strerror}); is a platform set up? ./run up") from error
