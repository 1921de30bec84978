"""Options that several verbs have."""

from pathlib import Path
from typing import Annotated

import typer

StateOption = Annotated[
    Path | None,
    typer.Option("--state", help="The state folder.", envvar="WANGGE_STATE", show_default=".data in the checkout"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output, all else on standard error.")]
PortOption = Annotated[int, typer.Option("--port", help="The gateway's port; all others follow from it.", envvar="WANGGE_PORT_BASE", min=1024, max=65000)]
WorkersOption = Annotated[int, typer.Option("--workers", help="How many metrics workers.", envvar="WANGGE_WORKERS", min=1, max=12)]
