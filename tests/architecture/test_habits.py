"""Each habit holds in the tree, and each guard is shown a violation that it must see."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import rules

ROOT = Path(__file__).resolve().parents[2]


def _files(pattern: str, *folders: str) -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for folder in folders for path in sorted((ROOT / folder).rglob(pattern)) if "node_modules" not in path.parts}


def _tracked() -> dict[str, str]:
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    texts = {}
    for name in names:
        if name.startswith("tests/architecture/") or not (ROOT / name).is_file():
            continue
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return texts


PYTHON = _files("*.py", "services", "deploy")
Rule = Callable[[rules.Files], list[str]]


@pytest.mark.parametrize(
    ("rule", "files", "violation"),
    [
        (rules.long_files, PYTHON, {"a.py": "x = 1\n" * 301}),
        (rules.long_functions, PYTHON, {"a.py": "def f():\n" + "    x = 1\n" * 41}),
        (rules.vague_names, PYTHON, {"services/kernel/utils.py": ""}),
        (rules.sql_in_python, PYTHON, {"a.py": 'query = "SELECT a FROM b"\n'}),
        (rules.own_time, PYTHON, {"a.py": "now = datetime.now(UTC)\n"}),
        (rules.stray_metrics, PYTHON, {"a.py": "from prometheus_client import Counter\n"}),
        (rules.error_names, PYTHON, {"a.py": "class Wrong(Exception): ...\n"}),
        (rules.undescribed_queries, _files("*.sql", "services", "deploy"), {"a.sql": "-- name: find_it\nSELECT 1;\n"}),
        (rules.far_places, _tracked(), {"README.md": "see /home/somebody/notes\n"}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_the_habit_holds_and_its_guard_can_fail(rule: Rule, files: dict[str, str], violation: dict[str, str]) -> None:
    assert rule(violation), "the guard does not see a violation"

    assert rule(files) == []


def test_the_floors_hold() -> None:
    finished = subprocess.run([Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stdout[-3000:]


def test_a_room_that_imports_another_is_seen(tmp_path: Path) -> None:
    for room in ("members", "activities", "cases", "metrics", "gateway", "kernel"):
        (tmp_path / "services" / room).mkdir(parents=True)
        (tmp_path / "services" / room / "__init__.py").touch()
    (tmp_path / "services" / "__init__.py").touch()
    (tmp_path / "services" / "gateway" / "wrong.py").write_text("import services.members\n")
    config = (ROOT / ".importlinter").read_text().partition("[importlinter:contract:kernel-below]")[0]
    (tmp_path / ".importlinter").write_text(config)

    finished = subprocess.run([Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"})

    assert finished.returncode != 0
    assert "services.gateway.wrong" in finished.stdout


@pytest.mark.parametrize("rooms", [("members", "activities", "cases")])
def test_writing_rooms_share_one_skeleton_and_one_set_of_headings(rooms: tuple[str, ...]) -> None:
    headings = {room: [line for line in (ROOT / "services" / room / "README.md").read_text().splitlines() if line.startswith("## ")] for room in rooms}

    assert len({tuple(found) for found in headings.values()}) == 1, headings
