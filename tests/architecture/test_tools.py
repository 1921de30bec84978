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


def test_side_by_side_the_tests_of_one_server_stay_in_one_worker(request: pytest.FixtureRequest) -> None:
    """pytest-xdist says so by a suffix of the test's id; a pytest it does not know leaves it out, and every worker brings up every server."""
    if not request.config.getoption("loadgroup", default=False):
        pytest.skip("nothing runs side by side")

    grouped = [item.nodeid for item in request.session.items if item.get_closest_marker("xdist_group")]

    assert grouped
    assert [one for one in grouped if "@" not in one.rsplit("]", 1)[-1]] == []
