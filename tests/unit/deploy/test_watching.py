"""Rules, alerts and dashboards without a Prometheus: they parse, say what to do in both languages, and ask only for what our processes export."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.grafana.__main__ import FOLDER, files
from services.gateway.exposition import EXPOSED
from services.kernel.catalogue import load
from services.kernel.contracts.topics import PARTITIONS
from tests.support.promql import DEPLOY, RULES, asked, expressions, names, rules

CHECKOUT = DEPLOY.parent
ALERTS = [rule for rule in rules() if "alert" in rule]


@pytest.mark.parametrize(("where", "expression"), expressions().items(), ids=expressions())
def test_an_expression_is_promql_and_reads_something(where: str, expression: str) -> None:
    assert names(expression), where


def test_the_parser_refuses_what_is_no_promql() -> None:
    with pytest.raises(ValueError, match="unclosed"):
        names("sum by (le (rate(x[5m]))")


def test_every_figure_that_is_asked_for_is_exposed() -> None:
    catalogue = load(CHECKOUT / "catalogue")
    exposed = {f"wangge_{one.replace('.', '_')}_{catalogue.metrics[one].unit}" for one in EXPOSED}
    exposed |= {f"{name}_{part}" for name in exposed for part in ("num", "den", "count")}
    written = (CHECKOUT / "services").rglob("*.py")
    declared = {name for file in written for name in re.findall(r'"(wangge_\w+)"', file.read_text())}
    declared |= {f"wangge_relay_{name}" for name in re.findall(r'(?:counter|gauge)\("(\w+)"', (CHECKOUT / "services/kernel/eventlog/telemetry.py").read_text())}
    known = exposed | declared | {f"{name}{suffix}" for name in declared for suffix in ("_total", "_bucket", "_count", "_sum")} | {"wangge_build_info"}
    assert {name: where for name, where in asked().items() if name.startswith("wangge_") and name not in known} == {}


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_in_both_languages_what_is_wrong_and_where_the_mend_stands(rule: dict[str, dict[str, str]]) -> None:
    notes = rule["annotations"]
    assert re.search(r"[a-z]{3}", notes["summary"])
    assert re.search(r"[\u4e00-\u9fff]", notes["summary_zh"])
    assert rule["labels"]["severity"] in {"critical", "warning"}
    file, _, anchor = notes["runbook"].partition("#")
    paragraphs = (CHECKOUT / file).read_text().split("\n### ")
    mend = next(text for text in paragraphs if text.splitlines()[0].lower() == anchor)
    assert re.search(r"[\u4e00-\u9fff]", mend)
    assert re.search(r"[a-z]{4} [a-z]{2}", mend)


def test_partitions_that_somebody_reads_are_held_up_to_all_there_are() -> None:
    (alert,) = [rule for rule in ALERTS if rule["alert"] == "WanggeIntakePartitionsUnread"]
    assert alert["expr"] == f"sum(wangge_intake_partitions) < {PARTITIONS}"
    assert f"of the {PARTITIONS} partitions" in alert["annotations"]["summary"]


def test_the_runbook_has_no_paragraph_for_an_alert_that_is_gone() -> None:
    headings = set(re.findall(r"^### (\w+)$", (CHECKOUT / "docs/runbook.md").read_text(), re.MULTILINE))
    assert headings == {rule["alert"] for rule in ALERTS}


def test_every_alert_has_a_test() -> None:
    tested = set(re.findall(r"alertname: (\w+)", "".join(file.read_text() for file in (DEPLOY / "prometheus/tests").glob("*.yml"))))
    assert tested == {rule["alert"] for rule in ALERTS}


def test_the_dashboards_are_what_the_script_writes() -> None:
    written = {str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.json")}
    assert written == {str(path): text for path, text in files().items()}, "python -m deploy.grafana writes them anew"


@pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="NOT RUN: promtool is not on this machine (Debian: apt install prometheus); expressions are parsed all the same, the rules' own tests are not run",
)
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", *(str(file) for file in sorted(RULES.glob("*.yml")))),
        ("test", "rules", "tests/minutes.yml", "tests/days.yml"),
    ],
    ids=" ".join,
)
def test_promtool_agrees(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *arguments], cwd=Path(DEPLOY / "prometheus"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
