"""`./run restore`: a backup takes the place of what there is."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.local.background import bring_up
from deploy.local.errors import FAILED
from deploy.local.plan import plan_from_environment
from deploy.local.platform import Platform
from deploy.local.ports import DEFAULT_BASE
from deploy.local.report import Progress, print_json, say
from deploy.local.running import find_running, stop_running
from deploy.local.state import called_path, locate
from deploy.local.verbs.options import JsonOption, PortOption, StateOption, WorkersOption


def restore(
    file: Annotated[Path, typer.Argument(help="What `./run backup` wrote, or pg_dump -Fc.")],
    keys: Annotated[Path | None, typer.Option("--keys", help="The file with the keys, on a machine that has others or none.")] = None,
    state: StateOption = None,
    port: PortOption = DEFAULT_BASE,
    workers: WorkersOption = 1,
    json: JsonOption = False,
) -> int:
    """Stop, put a backup in the place of what there is, make the figures anew, recount, and start. What was there stays as a database beside it."""
    from deploy.local.backups.renewing import REPLACED, RESTORING  # noqa: PLC0415
    from deploy.local.backups.restore import check, restore  # noqa: PLC0415

    folder, source = locate(state), called_path(file)
    manifest = check(source, folder, called_path(keys) if keys else None)
    progress = Progress()
    if running := find_running(folder):
        port = running.record.base
        workers = max(1, sum(name.startswith("metrics-") for name in running.record.names))
    stop_running(folder)
    found = restore(Platform(folder.root, port, plan=plan_from_environment(workers), say=progress), source, progress)
    restored = not found.differences
    bring_up(folder, port, workers)
    if json:
        print_json({"file": str(source), "made": manifest.made if manifest else None, "restored": restored, **found._asdict()})
    elif restored:
        say(f"restored: {found.events} facts, no difference. What was there before is the database {REPLACED}, until the next restore.")
    else:
        say(f"not put in place: {len(found.differences)} differences; what was there serves on, the restored database is {RESTORING}")
    return 0 if restored else FAILED
