"""What the compose file says, as far as the trial needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.local.state import CHECKOUT

COMPOSE = CHECKOUT / "docker-compose.yml"


@dataclass(frozen=True)
class Composed:
    """The services that start by themselves, in the file's order."""

    services: Mapping[str, Mapping[str, Any]]

    @property
    def jobs(self) -> list[str]:
        """Those that run to their end."""
        return [name for name, service in self.services.items() if service["healthcheck"].get("disable")]

    @property
    def lasting(self) -> list[str]:
        """Those that stay up."""
        return [name for name in self.services if name not in self.jobs]

    @property
    def ours(self) -> list[str]:
        """Those that run our image, stay up and answer: each serves /metrics."""
        return [name for name in self.lasting if any("deploy.containers.probe" in word for word in self.services[name]["healthcheck"]["test"])]

    def waves(self) -> list[list[str]]:
        """All services, each after those it waits for; what stands in one wave may start together."""
        waves: list[list[str]] = []
        left = dict(self.services)
        while left:
            wave = [name for name, service in left.items() if not left.keys() & service.get("depends_on", {}).keys()]
            if not wave:
                raise ValueError(f"{', '.join(left)} wait for each other")
            waves.append(wave)
            left = {name: service for name, service in left.items() if name not in wave}
        return waves

    @property
    def foreign_images(self) -> list[str]:
        """Images that come from a registry."""
        return sorted({service["image"] for service in self.services.values() if "WANGGE_IMAGE" not in service["image"]})


def read_composed(path: Path = COMPOSE) -> Composed:
    """The file's services without a profile."""
    services = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]
    return Composed({name: service for name, service in services.items() if not service.get("profiles")})


def bases_of(dockerfile: Path = CHECKOUT / "Dockerfile") -> list[str]:
    """The images that the Dockerfile builds on."""
    return sorted({line.split()[1] for line in dockerfile.read_text(encoding="utf-8").splitlines() if line.startswith("FROM ")})
