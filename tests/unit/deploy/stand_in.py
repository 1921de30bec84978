"""A service that does nothing but serve its health: stands in for the real ones, as `python -m`."""

import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"lag": 0}')

    def log_request(self, *_: object) -> None:  # type: ignore[explicit-override]
        pass


if __name__ == "__main__":
    if os.environ.get("WANGGE_FAIL"):
        sys.exit(f"{os.environ['WANGGE_NAME']} fails as asked")
    print(os.environ["WANGGE_NAME"], "listens", os.environ.get("WANGGE_POSTGRES", "").partition(":")[0], flush=True)
    HTTPServer(("127.0.0.1", int(os.environ["WANGGE_PORT"])), _Health).serve_forever()
