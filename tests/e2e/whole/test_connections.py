"""What clients count on of a connection that they keep."""

import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

from deploy.local.platform import Platform


def test_a_connection_that_rested_longer_than_many_clients_let_one_rest_still_serves(platform: Platform) -> None:
    """Where both ends close after the same 5 s, now and then a request is lost; `http.client` never sends one again by itself."""
    connection = HTTPConnection(urlsplit(platform.gateway).netloc, timeout=10)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.auto_open = 0

    time.sleep(6)
    connection.request("GET", "/")

    assert connection.getresponse().status == 200
    connection.close()
