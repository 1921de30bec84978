"""The API document the screens take their types from is the gateway's."""

import inspect
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

from fastapi import FastAPI

from services.gateway import main
from services.gateway.settings import GatewaySettings
from services.kernel.catalogue.load import load

COMMITTED = Path("services/gateway/web/openapi.json")
RENEW = "WANGGE_RENEW"


def document() -> dict[str, Any]:
    """The document of all routes; nothing behind them is asked while it is written."""
    parts: dict[str, Any] = {name: MagicMock() for name in inspect.signature(main._routes).parameters}
    catalogue = load(GatewaySettings.model_fields["catalogue"].get_default(call_default_factory=True))
    parts |= {"figures": SimpleNamespace(catalogue=catalogue)} if "figures" in parts else {}
    app = FastAPI(title="Wangge gateway", version="1")
    for router in main._routes(**parts):
        app.include_router(router)
    told = json.loads(json.dumps(app.openapi()))
    return {"paths": told["paths"], "components": told["components"]}


def test_the_committed_document_is_the_gateways() -> None:
    now = document()
    if os.environ.get(RENEW):
        COMMITTED.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "Wangge gateway", "version": "1"}, **now}, ensure_ascii=False, indent=1) + "\n")
    committed = json.loads(COMMITTED.read_text(encoding="utf-8"))

    differing = [path for path in now["paths"] | committed["paths"] if now["paths"].get(path) != committed["paths"].get(path)]
    renew = f"renew it: {RENEW}=1 pytest {Path(__file__).name}"
    assert not differing, renew
    assert now["components"] == committed["components"], renew
