"""The settings each process of a local platform is started with."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from deploy.local.database import SUPERUSER
from deploy.local.keys import read_password
from deploy.local.ports import LOOPBACK, Ports
from deploy.local.processes import OWNER
from deploy.local.state import CHECKOUT, State

DATABASE = "wangge"


@dataclass(frozen=True)
class Addresses:
    """Where the parts of one platform are, and how its processes are told so.

    `given` is what the operator set: WANGGE_KAFKA and WANGGE_POSTGRES there mean a broker or a database of their own.
    """

    state: State
    ports: Ports
    given: Mapping[str, str]

    @property
    def kafka(self) -> str:
        """Bootstrap servers."""
        return self.given.get("WANGGE_KAFKA") or f"{LOOPBACK}:{self.ports.kafka}"

    @property
    def catalogue(self) -> Path:
        """The folder of the catalogue as the operator writes it, or several joined by a colon."""
        return Path(self.given.get("WANGGE_CATALOGUE") or CHECKOUT / "catalogue")

    @property
    def brings_kafka(self) -> bool:
        """Whether the operator runs the broker."""
        return bool(self.given.get("WANGGE_KAFKA"))

    @property
    def brings_postgres(self) -> bool:
        """Whether the operator runs the database."""
        return bool(self.given.get("WANGGE_POSTGRES"))

    @property
    def gateway(self) -> str:
        """The one public door."""
        return self.url(0)

    @property
    def superuser_dsn(self) -> str:
        """Connects as one who may make databases and accounts."""
        own = self.given.get("WANGGE_POSTGRES")
        return own or self._dsn(f"postgresql://{LOOPBACK}:{self.ports.postgres}/", SUPERUSER, "postgres")

    def dsn(self, role: str, database: str = DATABASE) -> str:
        """Connects to the platform's database, or to another of that server, with that account."""
        return self._dsn(self.superuser_dsn, role, database)

    def superuser_on(self, database: str) -> str:
        """Connects to a database of that server as one who may make databases and accounts."""
        return urlunsplit(urlsplit(self.superuser_dsn)._replace(path=f"/{database}"))

    def url(self, offset: int) -> str:
        """The HTTP address of the process at that distance from the base port."""
        return f"http://{LOOPBACK}:{self.ports.at(offset)}"

    def public(self) -> dict[str, str]:
        """What anybody on this machine may be told; no passwords."""
        server = self.superuser_dsn.rpartition("@")[2].partition("/")[0]
        return {"gateway": self.gateway, "kafka": self.kafka, "postgres": f"{server}/{DATABASE}"}

    def common(self) -> dict[str, str]:
        """What every process and every child of a verb is told, without a database account."""
        return {
            "WANGGE_STATE": str(self.state.root),
            "WANGGE_SECRETS": str(self.state.secrets),
            "WANGGE_CATALOGUE": str(self.catalogue),
            "WANGGE_KAFKA": self.kafka,
            "WANGGE_GATEWAY": self.gateway,
            "WANGGE_MEMBERS": self.url(1),
            "WANGGE_ACTIVITIES": self.url(2),
            "WANGGE_CASES": self.url(3),
        }

    def process(self, name: str, offset: int | None, role: str | None) -> dict[str, str]:
        """All settings of one process, a failpoint meant for it (WANGGE_FAIL_NAME) among them."""
        found = {**self.common(), "WANGGE_NAME": name, "WANGGE_HOST": LOOPBACK, "WANGGE_POSTGRES": self.dsn(role) if role else ""}
        if role == OWNER:
            found["WANGGE_CATALOGUE_ACTIVE"] = str(self.state.root / "catalogue")
        elif role is not None:  # services run the active catalogue, not what the operator is writing at this moment
            found["WANGGE_CATALOGUE"] = str(self.state.root / "catalogue")
        if offset is not None:
            found["WANGGE_PORT"] = str(self.ports.at(offset))
        failpoint = self.given.get(f"WANGGE_FAIL_{name.upper().replace('-', '_')}")
        return {**found, "WANGGE_FAIL": failpoint} if failpoint else found

    def owner(self, name: str) -> dict[str, str]:
        """The settings of a verb's child that works as the owner of the tables."""
        return self.process(name, None, OWNER)

    def _dsn(self, base: str, role: str, database: str) -> str:
        parts = urlsplit(base)
        host = parts.netloc.rpartition("@")[2]
        password = quote(read_password(self.state.secrets, role), safe="")
        return urlunsplit((parts.scheme, f"{role}:{password}@{host}", f"/{database}", parts.query, ""))


def operators_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The WANGGE_ settings of this process's environment, with `extra` over them."""
    return {name: value for name, value in {**os.environ, **(extra or {})}.items() if not name.startswith("WANGGE_CALLED")}
