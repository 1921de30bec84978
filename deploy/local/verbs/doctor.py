"""`./run doctor`: looks for what could stop the platform from starting or working, and says what mends it."""

from dataclasses import asdict

from deploy.local.environment import operators_environment
from deploy.local.errors import FAILED
from deploy.local.findings import check_machine, check_ports, check_running
from deploy.local.platform import Platform
from deploy.local.ports import DEFAULT_BASE
from deploy.local.report import print_json, print_rows
from deploy.local.running import find_running
from deploy.local.state import locate
from deploy.local.verbs.options import JsonOption, PortOption, StateOption


def doctor(state: StateOption = None, port: PortOption = DEFAULT_BASE, json: JsonOption = False) -> int:
    """Look for what could go wrong, and say what mends it."""
    folder = locate(state)
    found = check_machine(folder, operators_environment())
    running = find_running(folder)
    if running is None:
        platform = Platform(folder.root, port)
        found.append(check_ports(platform.ports, platform.wanted_ports()))
    else:
        found += check_running(running)
    if json:
        print_json({"findings": [asdict(one) for one in found]})
    else:
        print_rows("What doctor found", ("check", "verdict", "what"), [(one.check, one.verdict, one.text) for one in found])
    return FAILED if any(one.verdict == "fault" for one in found) else 0
