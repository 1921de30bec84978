"""Which processes a platform of the command line has."""

import importlib
import os

from deploy.local.errors import UsageError
from deploy.local.processes import Plan, standard_plan


def plan_from_environment(workers: int) -> Plan:
    """The standard plan; for tests of the command line another, named as MODULE:NAME in WANGGE_PLAN."""
    named = os.environ.get("WANGGE_PLAN")
    if not named:
        return standard_plan(workers)
    module, _, name = named.partition(":")
    plan = getattr(importlib.import_module(module), name, None)
    if not isinstance(plan, Plan):
        raise UsageError(f"WANGGE_PLAN names no plan: {named}", "unset it")
    return plan
