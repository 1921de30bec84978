"""The linter and the type checker agree with the whole tree."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("command", [("ruff", "check", "services", "deploy", "tests"), ("mypy",)], ids=lambda command: command[0])
def test_the_tool_finds_nothing(command: tuple[str, ...]) -> None:
    finished = subprocess.run([Path(sys.executable).with_name(command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-1000:]
