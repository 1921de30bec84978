"""The health server of a process without an API of its own."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["services.members.relay", "services.metrics.worker", "services.gateway.intake.__main__"])
def test_a_process_without_an_api_does_not_load_fastapi(module):
    """Half of a platform's processes have none, and all of them start at once on two cores."""
    script = f"import {module}, sys; print('fastapi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
