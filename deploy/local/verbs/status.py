"""`./run status`: what runs, where, and how far the figures are behind."""

from deploy.local.errors import FAILED, NOT_RUNNING
from deploy.local.keys import read_key
from deploy.local.probe import read_lag
from deploy.local.report import print_json, print_rows, say
from deploy.local.running import find_running
from deploy.local.state import locate
from deploy.local.verbs.options import JsonOption, StateOption


def status(state: StateOption = None, json: JsonOption = False) -> int:
    """What runs, where, and how far the figures are behind. Ends with 3 when nothing runs, with 1 when a part is not ready."""
    folder = locate(state)
    running = find_running(folder)
    if running is None:
        if json:
            print_json({"services": [], "addresses": {}, "lag": None})
        say(f"nothing runs on {folder.root}; start it with `./run up`")
        return NOT_RUNNING
    rows = running.states()
    lag = read_lag(running.record.base, read_key(folder.secrets, "operator"))
    if json:
        services = [{"name": name, "state": condition, "address": address} for name, condition, address in rows]
        print_json({"services": services, "addresses": running.record.addresses, "lag": lag})
    else:
        print_rows(f"Wangge is {running.record.phase}, lag {'unknown' if lag is None else lag}", ("process", "state", "address"), rows)
    return 0 if all(condition == "ready" for _, condition, _ in rows) else FAILED
