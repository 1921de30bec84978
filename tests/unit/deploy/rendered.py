"""The compose file as Docker reads it: rendered by its own binary, which needs no Docker for that."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
Model = dict[str, Any]


def render(*overrides: str, **settings: str) -> Model:
    """All profiles, with these override files, and nothing set but `settings`."""
    files = [part for file in ("docker-compose.yml", *overrides) for part in ("-f", file)]
    command = [str(Path(sys.executable).with_name("docker-compose")), *files, "--profile", "*", "config", "--format", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **settings}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    model: Model = json.loads(done.stdout)
    return model


def settings_of(command: list[str]) -> dict[str, str]:
    """PostgreSQL's settings on its command line."""
    return dict(word.split("=", 1) for option, word in pairwise(command) if option == "-c")
