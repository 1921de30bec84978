"""What the verbs show: tables and progress for people, one JSON document for programs."""

import json
import sys
import time
from collections.abc import Sequence

from deploy.local.running import Running
from deploy.local.state import State


class Progress:
    """Prints a line for each thing that happened, with the seconds since the beginning."""

    def __init__(self) -> None:
        """The clock starts now."""
        self._started = time.monotonic()

    def __call__(self, name: str, text: str) -> None:
        """Say what happened to a part of the platform, on standard error."""
        print(f"{time.monotonic() - self._started:6.1f} s  {name:<16}  {text}", file=sys.stderr, flush=True)


def say(text: str) -> None:
    """One sentence to the person at the terminal, on standard error."""
    print(text, file=sys.stderr, flush=True)


def print_json(document: object) -> None:
    """The one document of a verb with `--json`."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def print_rows(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with frame and colours on a terminal; plain columns for pipes and files."""
    if not sys.stdout.isatty():
        _print_plain(title, rows)
        return
    from rich.console import Console  # noqa: PLC0415  # a tenth of a second that pipes need not pay
    from rich.table import Table  # noqa: PLC0415

    table = Table(*head, title=title, title_justify="left", title_style="bold")
    for row in rows:
        table.add_row(*(f"[green]{cell}[/]" if cell in ("ready", "ok") else f"[red]{cell}[/]" if cell in ("down", "fault") else cell for cell in row))
    Console().print(table)


def print_welcome(running: Running) -> None:
    """Where everything is, and what to type next."""
    state, addresses = running.state, running.record.addresses
    gateway = addresses["gateway"]
    rows = [
        ("page", gateway),
        ("screens", f"{gateway}/wall  {gateway}/desk"),
        ("API", f"{gateway}/docs  (document: {gateway}/openapi.json)"),
        ("metrics", f"{gateway}/metrics"),
        ("PostgreSQL", f"{addresses['postgres']}  (accounts: {state.secrets / 'postgres'})"),
        ("Kafka", addresses["kafka"]),
        ("keys", f"{state.secrets / 'keys'}  (a source each; operator: reads all)"),
        ("data", f"{_data_folders(state)}  (stays when the platform stops; `./run reset` deletes it)"),
        ("logs", f"{state.logs}  (or: ./run logs)"),
        ("next", "./run demo all"),
    ]
    print_rows("Wangge runs", ("what", "where"), rows)


def _data_folders(state: State) -> str:
    return f"{state.root}, {state.outside}" if state.outside.exists() else str(state.root)


def _print_plain(title: str, rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    print(title)
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
