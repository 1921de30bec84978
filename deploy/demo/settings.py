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
    cut: bool = False  # of what a replay has most of, only as much as a test needs

    @classmethod
    def from_environment(cls) -> "DemoSettings":
        """WANGGE_GATEWAY, WANGGE_KAFKA, WANGGE_SECRETS, WANGGE_CATALOGUE, WANGGE_DEMO_CUT (1: cut replays); the defaults are a local platform's."""
        root = Path(__file__).resolve().parents[2]
        return cls(
            gateway=os.environ.get("WANGGE_GATEWAY", "http://127.0.0.1:8080"),
            kafka=os.environ.get("WANGGE_KAFKA", "127.0.0.1:9092"),
            secrets=Path(os.environ.get("WANGGE_SECRETS", root / ".data" / "secrets")),
            catalogue=Path(os.environ.get("WANGGE_CATALOGUE", root / "catalogue")),
            cut=os.environ.get("WANGGE_DEMO_CUT", "") not in ("", "0"),
        )

    @property
    def reader(self) -> str | None:
        """The operator's key, with which restricted figures are shown too; None, and so what anybody may read, where it is not ours to read."""
        try:
            return (self.secrets / "keys" / "operator.key").read_text(encoding="utf-8").strip()
        except OSError:
            return None

    def key(self, place: str) -> str:
        """The API key of a place's platform."""
        path = self.secrets / "keys" / f"{place}.key"
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise MissingKeyError(f"the key {path} cannot be read ({error.strerror}); is a platform set up? ./run up") from error
