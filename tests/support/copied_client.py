"""The client that districts copy, loaded as a file of theirs would be."""

import importlib.util
from pathlib import Path
from types import ModuleType

PATH = Path(__file__).resolve().parents[2] / "docs" / "client.py"


def load_client() -> ModuleType:
    """A fresh module of `docs/client.py`."""
    spec = importlib.util.spec_from_file_location("client", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
