"""Plans whose services are stand-ins, for the command line by WANGGE_PLAN and for tests."""

from dataclasses import replace

from deploy.local.processes import Plan, standard_plan

STAND_INS = Plan((), tuple(replace(one, module="tests.unit.deploy.stand_in") for one in standard_plan().services))
"""All services as stand-ins, nothing to migrate."""
