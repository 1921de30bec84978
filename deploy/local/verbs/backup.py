"""`./run backup`: the database into one file, while everything runs."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.background import bring_up
from deploy.local.report import print_json, say
from deploy.local.state import called_path, locate
from deploy.local.verbs.options import JsonOption, StateOption
from services.kernel.clock import system_clock


def backup(
    file: Annotated[Path | None, typer.Argument(help="Where to; backups/ in the state folder if none is named.", show_default=False)] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help="Write the keys as well, into this file; keep it apart from the other.")] = None,
    state: StateOption = None,
    json: JsonOption = False,
) -> None:
    """Write the database into one file, without stopping anything; what it is stands beside it in FILE.json."""
    from deploy.local.backups.backup import back_up  # noqa: PLC0415
    from deploy.local.backups.keys import save  # noqa: PLC0415

    folder = locate(state)
    target = called_path(file) if file else folder.root / "backups" / f"wangge-{system_clock().astimezone():%Y%m%d-%H%M%S}.dump"
    running = bring_up(folder)
    if keys is not None:
        save(folder.secrets, called_path(keys))
    manifest = back_up(running.addresses, target)
    if json:
        print_json({"file": str(target), "keys_file": str(called_path(keys)) if keys else None, **asdict(manifest)})
        return
    say(f"{sum(manifest.facts.values())} facts, {manifest.bytes / 1e6:.1f} MB: {target}")
    if keys is None:
        say("the keys are not in it, and without them its pseudonyms and its vault are worth nothing: once, write them elsewhere with --keys FILE")
