"""The broker's jars: fetched once from a Maven repository, each held to a committed SHA-256."""

import hashlib
import os
import shutil
import ssl
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import LocalError
from deploy.local.state import CHECKOUT

LIST = Path(__file__).with_name("kafka.jars")
VERSION = "4.4.0"

_ASK_SECONDS = 5
_FETCH_SECONDS = 30
_AT_ONCE = 12
_ATTEMPTS = 3


@dataclass(frozen=True)
class Jar:
    """One line of the committed list."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """The name of the file, in a repository and in the cache."""
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """The path in any repository of Maven's layout."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file}"


def listed() -> list[Jar]:
    """The committed list: what the broker needs, no more, no other."""
    lines = (line.split() for line in LIST.read_text().splitlines() if line and not line.startswith("#"))
    parts = ((*coordinates.split(":"), sha256) for coordinates, sha256 in lines)
    return [Jar(group, artifact, version, sha256) for group, artifact, version, sha256 in parts]


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where jars are kept: WANGGE_CACHE, else `.cache` in the checkout. Any platform of this checkout shares it."""
    return Path(environment.get("WANGGE_CACHE") or CHECKOUT / ".cache") / f"kafka-{VERSION}"


def missing(folder: Path) -> list[Jar]:
    """Those of the list that are not there or not what they should be."""
    return [jar for jar in listed() if _digest(folder / jar.file) != jar.sha256]


def fetch_jars(folder: Path, say: Callable[[str], None], environment: Mapping[str, str] = os.environ) -> list[Path]:
    """All jars as files of the cache, fetched if need be.

    LocalError when no repository answers or one hands over something else than the list says.
    """
    wanted = missing(folder)
    if wanted:
        base = _repository(environment)
        trust = _trust(environment)
        _ask(base, wanted[0], trust)
        say(f"fetching {len(wanted)} jars of Apache Kafka {VERSION}")
        folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda jar: _fetch(base, jar, folder, trust), wanted))
    return [folder / jar.file for jar in listed()]


def _repository(environment: Mapping[str, str]) -> str:
    named = environment.get("WANGGE_MAVEN")
    if not named:
        with warnings.catch_warnings(action="ignore"):  # it looks for a desktop's folders on import
            from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415  # this repository names no host itself

        named = MAVEN_CENTRAL_URL
    return named.rstrip("/")


def _trust(environment: Mapping[str, str]) -> ssl.SSLContext:
    # OpenSSL reads SSL_CERT_FILE by itself; the other name is what people behind a proxy have set for requests.
    bundle = environment.get("REQUESTS_CA_BUNDLE")
    context = ssl.create_default_context()
    if bundle and Path(bundle).is_file():
        context.load_verify_locations(cafile=bundle)
    return context


def _ask(base: str, jar: Jar, trust: ssl.SSLContext) -> None:
    try:
        with urllib.request.urlopen(f"{base}/{jar.path}", timeout=_ASK_SECONDS, context=trust):  # noqa: S310  # the operator's own setting
            return
    except (OSError, ValueError) as error:
        raise LocalError(
            f"the Maven repository does not answer ({_reason(error)}), so Apache Kafka's jars cannot be fetched",
            f"check the network, name a mirror in WANGGE_MAVEN, or a running broker in WANGGE_KAFKA; or copy {cache_folder()} from a machine that has it",
        ) from error


def _fetch(base: str, jar: Jar, folder: Path, trust: ssl.SSLContext) -> None:
    part = folder / f"{jar.file}.{os.getpid()}.part"
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(f"{base}/{jar.path}", timeout=_FETCH_SECONDS, context=trust) as answer, part.open("wb") as file:  # noqa: S310
                shutil.copyfileobj(answer, file, 1 << 20)
            break
        except (OSError, ValueError) as error:
            if attempt == _ATTEMPTS:
                part.unlink(missing_ok=True)
                raise LocalError(f"could not fetch {jar.file} ({_reason(error)})", "start again: what was fetched is kept") from error
            time.sleep(attempt)
    if _digest(part) != jar.sha256:
        part.unlink()
        raise LocalError(f"{jar.file} is not the file that {LIST.name} lists: its SHA-256 differs", "use another repository in WANGGE_MAVEN")
    part.replace(folder / jar.file)


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error)
