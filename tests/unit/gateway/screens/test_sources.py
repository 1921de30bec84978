"""The sources of the screens by their own tools: types made anew from the API's document, lint, format, and their unit tests."""

import subprocess

import pytest

from deploy.local.npm import environment_of
from tests.support.screens import FrontEnd

pytestmark = [pytest.mark.xdist_group("front end"), pytest.mark.timeout(300)]


def run(front_end: FrontEnd, script: str, *arguments: str) -> None:
    """Runs an installed tool; what it says is shown if it does not like what it sees."""
    command = [str(front_end.node.node), str(front_end.folder / "node_modules" / script), *arguments]
    done = subprocess.run(command, cwd=front_end.folder, env=environment_of(front_end.node, front_end.cache), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_sources_fit_the_types_of_the_api_as_it_is(front_end: FrontEnd) -> None:
    types = front_end.folder / "src" / "api" / "schema.d.ts"
    types.unlink(missing_ok=True)
    run(front_end, "openapi-typescript/bin/cli.js", "openapi.json", "--output", str(types.relative_to(front_end.folder)))
    assert '"/v1/metrics/{metric}' in types.read_text(encoding="utf-8")

    run(front_end, "vue-tsc/bin/vue-tsc.js", "--noEmit")


def test_the_linter_finds_nothing(front_end: FrontEnd) -> None:
    run(front_end, "eslint/bin/eslint.js", ".", "--max-warnings", "0")


def test_the_sources_are_formatted(front_end: FrontEnd) -> None:
    run(front_end, "prettier/bin/prettier.cjs", "--check", ".")


def test_the_units_of_the_screens(front_end: FrontEnd) -> None:
    run(front_end, "vitest/vitest.mjs", "run")
