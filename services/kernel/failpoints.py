"""Named points at which a process can be told to die, so that tests hit the windows that chance never does.

`WANGGE_FAIL="relay.after_send:kill:3"` kills the process (SIGKILL) the third time it passes that point; several are separated by commas.
"""

import os
import signal
import sys


def _read(setting: str) -> dict[str, int]:
    points: dict[str, int] = {}
    for item in filter(None, setting.split(",")):
        name, _, rest = item.partition(":")
        _, _, count = rest.partition(":")
        points[name] = int(count or 1)
    return points


_POINTS = _read(os.environ.get("WANGGE_FAIL", ""))


def failpoint(name: str) -> None:
    """Dies here by SIGKILL if the setting names this point and its count has run down; else costs a dictionary look-up."""
    if not _POINTS or name not in _POINTS:
        return
    _POINTS[name] -= 1
    if _POINTS[name] <= 0:
        sys.stderr.write(f"failpoint {name}: killed\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGKILL)
