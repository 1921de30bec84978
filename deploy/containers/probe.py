"""Whether the process in this container is ready. `python -m deploy.containers.probe`: 0 if so, for a container's health check."""

import os
import sys
from http.client import HTTPConnection


def is_ready(port: int) -> bool:
    """Whether /readyz on this port answers 200 within 3 seconds."""
    connection = HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(os.environ.get("WANGGE_PORT", "8080"))) else 1)
