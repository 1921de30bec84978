"""What the verbs print and how they end, without a platform."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.follow import Follower

CHECKOUT = Path(__file__).parents[3]


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "deploy.local", *arguments, "--state", str(folder / "state")]
    return subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)


def test_status_of_nothing_is_one_document_and_code_3(tmp_path: Path) -> None:
    done = run(tmp_path, "status", "--json")

    assert done.returncode == 3
    assert json.loads(done.stdout) == {"services": [], "addresses": {}, "lag": None}
    assert "start it with `./run up`" in done.stderr


def test_reset_asks_to_be_sure(tmp_path: Path) -> None:
    done = run(tmp_path, "reset")

    assert done.returncode == 2
    assert "--yes" in done.stderr


def test_reset_spares_a_folder_that_is_no_state_folder(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "thesis.txt").write_text("years of work")

    done = run(tmp_path, "reset", "--yes")

    assert done.returncode == 2
    assert (tmp_path / "state" / "thesis.txt").exists()


def test_an_unknown_verb_is_a_usage_error(tmp_path: Path) -> None:
    assert run(tmp_path, "fly").returncode == 2


def test_stop_of_nothing_is_well(tmp_path: Path) -> None:
    assert run(tmp_path, "stop").returncode == 0


def test_a_follower_prints_what_is_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "one.log"
    log.write_text("old\n")
    answers = iter([False, True])
    follower = Follower({"one": log, "later": tmp_path / "later.log"})

    def until() -> bool:
        with log.open("a") as file:
            file.write("new\n")
        return next(answers)

    follower.run(until, every=0)

    assert capsys.readouterr().out == "one   | new\none   | new\n"
