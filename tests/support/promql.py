"""What the rules and dashboards ask of Prometheus, as parsed by a PromQL parser, which refuses what Prometheus would refuse."""

import json
from collections.abc import Iterator
from pathlib import Path

import promql_parser
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules"
DASHBOARDS = DEPLOY / "grafana" / "dashboards"

FOREIGN = {
    "up",  # Prometheus itself, of whatever it scrapes
    "node_filesystem_avail_bytes", "node_filesystem_size_bytes",  # node_exporter
    "kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes",  # the kubelet of a cluster
}  # fmt: skip
"""What others export."""


def rules() -> list[dict[str, object]]:
    """Every rule, recorded or alerting."""
    return [rule for file in sorted(RULES.glob("*.yml")) for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def expressions() -> dict[str, str]:
    """Every expression by where it stands; Grafana's variables are filled in with a value each might have."""
    found = {str(rule.get("record") or rule.get("alert")): str(rule["expr"]) for rule in rules()}
    for file in sorted(DASHBOARDS.glob("*/*.json")):
        board = json.loads(file.read_text())
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                found[f"{file.parent.name}/{file.stem}: {panel['title']} {target['refId']}"] = target["expr"].replace("$district", "zhuhai:hq")
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                found[f"{file.parent.name}/{file.stem}: ${variable['name']}"] = variable["query"].removeprefix("label_values(").rpartition(",")[0]
    return found


def names(expression: str) -> set[str]:
    """The metrics that an expression reads; ValueError where it is no PromQL."""
    return {node.name for node in _nodes(promql_parser.parse(expression)) if isinstance(node, promql_parser.VectorSelector) and node.name}


def asked() -> dict[str, str]:
    """Every metric that rules and dashboards read and that neither a rule records nor somebody else exports, with one place where it is read."""
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    return {name: where for where, expression in expressions().items() for name in names(expression) - recorded - FOREIGN}


def _nodes(node: object) -> Iterator[object]:
    yield node
    for name in ("lhs", "rhs", "expr", "vector_selector", "param"):
        child = getattr(node, name, None)
        if child is not None and not isinstance(child, str):
            yield from _nodes(child)
    for child in getattr(node, "args", ()):
        yield from _nodes(child)
