"""The habits of this code base, as functions: each takes files (name -> text) and returns what breaks it."""

import ast
import re
from collections.abc import Iterator, Mapping

Files = Mapping[str, str]
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
_SQL = re.compile(r"^\s*(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s+\w+(\.\w+)?\s+SET|DELETE FROM|CREATE (TABLE|INDEX|SCHEMA)|ALTER TABLE|TRUNCATE)\b", re.IGNORECASE | re.MULTILINE)
_FAR = re.compile(r"(?<![\w.])/(home|Users|work|farm)/\w|https?://[^/\s\"]*(pypi|npmjs|maven|debian)\b", re.IGNORECASE)


def _trees(files: Files) -> Iterator[tuple[str, ast.Module]]:
    for name, text in files.items():
        yield name, ast.parse(text)


def long_files(files: Files) -> list[str]:
    """Files that are too long to have one subject."""
    return [name for name, text in files.items() if text.count("\n") > LONGEST_FILE]


def long_functions(files: Files) -> list[str]:
    """Functions that are too long to be read at once; docstrings do not count, nor does a function that only holds others (a router's factory)."""
    found = []
    for name, tree in _trees(files):
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            inner = sum(child.end_lineno - child.lineno + 1 for child in ast.walk(node) if child is not node and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))
            docstring = node.body[0].end_lineno - node.body[0].lineno + 1 if ast.get_docstring(node) else 0
            if node.end_lineno - node.body[0].lineno + 1 - inner - docstring > LONGEST_FUNCTION:
                found.append(f"{name}:{node.lineno} {node.name}")
    return found


def vague_names(files: Files) -> list[str]:
    """Modules named for nothing."""
    return [name for name in files if re.search(r"(^|/)(utils?|helpers?|common|misc)(\.py|/)", name)]


def sql_in_python(files: Files) -> list[str]:
    """Statements outside .sql files (PRAGMA-like SET and LISTEN are settings, not queries)."""
    found = []
    for name, tree in _trees(files):
        docstrings = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings and _SQL.search(node.value):
                found.append(f"{name}:{node.lineno}")
    return found


def own_time(files: Files) -> list[str]:
    """Calls that read the machine's wall clock outside the one place that may."""
    return [f"{name}:{number}" for name, text in files.items() if not name.endswith("kernel/clock.py") for number, line in enumerate(text.splitlines(), 1) if re.search(r"datetime\.now\(|date\.today\(|utcnow\(", line)]


def stray_metrics(files: Files) -> list[str]:
    """Prometheus metrics declared outside a telemetry module."""
    found = []
    for name, tree in _trees(files):
        if name.endswith("telemetry.py"):
            continue
        imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "prometheus_client" for alias in node.names}
        if imports & {"Counter", "Gauge", "Histogram", "Summary"}:
            found.append(name)
    return found


def error_names(files: Files) -> list[str]:
    """Exceptions whose names do not end in Error."""
    return [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in _trees(files)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(isinstance(base, ast.Name) and (base.id == "Exception" or base.id.endswith("Error")) for base in node.bases) and not node.name.endswith("Error")
    ]


def far_places(files: Files) -> list[str]:
    """Lines that speak of a machine's own paths or of a registry's host."""
    return [f"{name}:{number}" for name, text in files.items() for number, line in enumerate(text.splitlines(), 1) if _FAR.search(line)]


def undescribed_queries(files: Files) -> list[str]:
    """Named queries without one line that says what they are for."""
    found = []
    for name, text in files.items():
        for part in re.split(r"^-- name: ", text, flags=re.MULTILINE)[1:]:
            first, _, rest = part.partition("\n")
            if not rest.lstrip().startswith("--"):
                found.append(f"{name} {first.strip()}")
    return found
