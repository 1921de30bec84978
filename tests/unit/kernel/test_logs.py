"""What a traceback may tell."""

import subprocess
import sys

import pytest

_FAIL = """
import logging, structlog
from services.kernel.logs import configure
configure("p", json={json})
def connect(dsn):
    raise OSError("no")
for log in (logging.getLogger("library"), structlog.get_logger()):
    try:
        connect("postgresql://wangge:" + "hunter" + str(2) + "@x")
    except OSError:
        log.exception("failed")
"""


@pytest.mark.parametrize("json", [True, False])
def test_a_traceback_names_the_line_and_shows_no_variable(json: bool) -> None:
    said = subprocess.run([sys.executable, "-c", _FAIL.format(json=json)], capture_output=True, text=True, check=True).stderr

    assert said.count("OSError: no") == 2, said
    assert said.count("in connect") == 2, said
    assert "hunter2" not in said
