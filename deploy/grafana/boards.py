"""The three dashboards: how the platform runs, how a district stands, who tells us what."""

from collections.abc import Sequence
from typing import NamedTuple

from deploy.grafana.panels import Json, Line, Panel, Row, Text, draw


class Variable(NamedTuple):
    """A choice at the top of a dashboard: the values of a label."""

    name: str
    title: Text
    query: str


class Board(NamedTuple):
    """One dashboard."""

    uid: str
    title: Text
    rows: Sequence[Row]
    variables: Sequence[Variable] = ()
    refresh: str = "15s"
    since: str = "now-6h"


def _p99(metric: str, by: str) -> str:
    return f"histogram_quantile(0.99, sum by (le, {by}) (rate({metric}_bucket[5m])))"


PLATFORM = Board(
    "wangge-platform",
    Text("平台运行", "Platform"),
    [
        Row(
            Text("是否正常", "Is all well"),
            [
                Panel("stat", Text("数据滞后", "Figures behind"), [Line("job:wangge_figures_age:seconds")], "s", 4, 4, 60),
                Panel("stat", Text("未计入事件", "Facts not counted yet"), [Line("max(wangge_figures_lag_facts)")], "short", 4, 4, 10_000),
                Panel("stat", Text("停止的分区", "Stopped partitions"), [Line("sum(wangge_processor_stopped) or vector(0)")], "short", 4, 4, 1),
                Panel("stat", Text("复核差异", "Differences of the last recount"), [Line("max(wangge_recount_differences)")], "short", 4, 4, 1),
                Panel(
                    "stat",
                    Text("无响应进程", "Processes down"),
                    [Line('count(up{job=~"gateway|rooms|relays|metrics|intake"} == 0) or vector(0)')],
                    "short",
                    4,
                    4,
                    1,
                ),
                Panel("stat", Text("数据库大小", "Database size"), [Line("max(wangge_database_size_bytes)")], "bytes", 4, 4),
            ],
        ),
        Row(
            Text("一条事件的路", "The way of an event"),
            [
                Panel("timeseries", Text("入口：每秒事件", "At the door: events a second"), [Line("status:wangge_gateway_events:rate5m", "{{status}}")], "ops"),
                Panel("timeseries", Text("业务服务应答 p99", "Rooms answer, p99"), [Line(_p99("wangge_gateway_post_seconds", "owner"), "{{owner}}")], "s"),
                Panel(
                    "timeseries",
                    Text("写入事务 p99", "Writing transactions, p99"),
                    [Line(_p99("wangge_writer_transaction_seconds", "instance"), "{{instance}}")],
                    "s",
                ),
                Panel("timeseries", Text("待发布事实", "Facts that wait for Kafka"), [Line("topic:wangge_relay_backlog:max", "{{topic}}")]),
                Panel("timeseries", Text("处理：每秒事实", "Processor: facts a second"), [Line("topic:wangge_processor_facts:rate5m", "{{topic}}")], "ops"),
                Panel("timeseries", Text("处理积压", "Processor: records to read"), [Line("sum by (topic) (wangge_processor_lag_records)", "{{topic}}")]),
                Panel(
                    "timeseries",
                    Text("处理提交 p99", "Processor: commits, p99"),
                    [Line(_p99("wangge_processor_commit_seconds", "instance"), "{{instance}}")],
                    "s",
                ),
                Panel("timeseries", Text("待合并行", "Rows that wait to be merged"), [Line("max(wangge_merge_waiting_rows)", Text("行", "rows"))]),
                Panel(
                    "timeseries",
                    Text("死信与缺号", "Dead letters and stops"),
                    [
                        Line("sum(increase(wangge_processor_buried_total[15m]))", Text("死信", "dead letters")),
                        Line("sum by (reason) (increase(wangge_processor_stops_total[15m]))", "{{reason}}"),
                    ],
                ),
            ],
        ),
        Row(
            Text("查询与资源", "Questions and resources"),
            [
                Panel("timeseries", Text("查询 p99", "Answers, p99"), [Line(_p99("wangge_gateway_answer_seconds", "what"), "{{what}}")], "s"),
                Panel("timeseries", Text("在线大屏", "Open screens"), [Line("sum(wangge_gateway_screens)", Text("大屏", "screens"))]),
                Panel("timeseries", Text("磁盘剩余", "Disk left"), [Line("volume:wangge_disk_free:ratio", "{{volume}}")], "percentunit"),
                Panel("timeseries", Text("内存", "Memory"), [Line("process_resident_memory_bytes", "{{instance}}")], "bytes", 12),
                Panel("timeseries", Text("处理器", "CPU"), [Line("rate(process_cpu_seconds_total[5m])", "{{instance}}")], "percentunit", 12),
            ],
        ),
    ],
)

_NAMED = '* on (area) group_left (name) wangge_area_info{parent="$district"}'
_IN = '{area="$district"}'


def _by_street(metric: str) -> list[Line]:
    return [Line(f"{metric} {_NAMED}", "{{name}} {{area}}")]


DISTRICT = Board(
    "wangge-district",
    Text("区情总览", "District"),
    [
        Row(
            Text("全区", "The district"),
            [
                Panel("stat", Text("单位覆盖率", "Units covered"), [Line(f"wangge_units_coverage_ratio{_IN}")], "percentunit", 4, 4),
                Panel("stat", Text("网格覆盖率", "Grids covered"), [Line(f"wangge_grids_coverage_ratio{_IN}")], "percentunit", 4, 4),
                Panel("stat", Text("办结率", "Cases resolved"), [Line(f"wangge_cases_resolution_rate_ratio{_IN}")], "percentunit", 4, 4),
                Panel("stat", Text("党员", "Members"), [Line(f"wangge_members_people{_IN}")], "short", 4, 4),
                Panel("stat", Text("志愿服务（小时）", "Volunteer hours"), [Line(f"wangge_volunteer_minutes_minutes{_IN} / 60")], "short", 4, 4),
                Panel("stat", Text("超期事项", "Overdue cases"), [Line(f"wangge_cases_overdue_cases{_IN}")], "short", 4, 4, 1),
            ],
        ),
        Row(
            Text("各街道", "By street"),
            [
                Panel("bargauge", Text("单位覆盖率", "Units covered"), _by_street("wangge_units_coverage_ratio"), "percentunit", 8, 9),
                Panel("bargauge", Text("办结率", "Cases resolved"), _by_street("wangge_cases_resolution_rate_ratio"), "percentunit", 8, 9),
                Panel("bargauge", Text("在办事项", "Open cases"), _by_street("wangge_cases_open_cases"), "short", 8, 9),
            ],
        ),
        Row(
            Text("走势", "Over time"),
            [
                Panel(
                    "timeseries",
                    Text("在办与超期", "Open and overdue"),
                    [Line(f"wangge_cases_open_cases{_IN}", Text("在办", "open")), Line(f"wangge_cases_overdue_cases{_IN}", Text("超期", "overdue"))],
                ),
                Panel(
                    "timeseries",
                    Text("受理与办结（日）", "Opened and resolved, a day"),
                    [
                        Line(f"delta(wangge_cases_opened_cases{_IN}[1d])", Text("受理", "opened")),
                        Line(f"delta(wangge_cases_resolved_cases{_IN}[1d])", Text("办结", "resolved")),
                    ],
                ),
                Panel("timeseries", Text("志愿服务（小时）", "Volunteer hours"), [Line(f"wangge_volunteer_minutes_minutes{_IN} / 60", Text("累计", "so far"))]),
            ],
        ),
        Row(
            Text("各区合计：分子之和除以分母之和", "All districts: sum of numerators over sum of denominators"),
            [
                Panel("stat", Text("单位覆盖率", "Units covered"), [Line("all:wangge_units_coverage:ratio")], "percentunit", 8, 4),
                Panel("stat", Text("网格覆盖率", "Grids covered"), [Line("all:wangge_grids_coverage:ratio")], "percentunit", 8, 4),
                Panel("stat", Text("办结率", "Cases resolved"), [Line("all:wangge_cases_resolution_rate:ratio")], "percentunit", 8, 4),
            ],
        ),
    ],
    [Variable("district", Text("区", "District"), 'label_values(wangge_area_info{parent=""}, area)')],
    since="now-7d",
)

SOURCES = Board(
    "wangge-sources",
    Text("数据来源", "Sources"),
    [
        Row(
            Text("谁在报送", "Who tells us"),
            [
                Panel(
                    "table",
                    Text("距上次报送", "Since the last event"),
                    [Line("sort_desc(time() - wangge_source_last_event_timestamp_seconds)")],
                    "s",
                    12,
                    10,
                    93_600,
                ),
                Panel(
                    "timeseries",
                    Text("入口：每秒事件", "At the door: events a second"),
                    [Line("status:wangge_gateway_events:rate5m", "{{status}}")],
                    "ops",
                    12,
                    10,
                ),
            ],
        ),
        Row(
            Text("退回与等待", "Refused and waiting"),
            [
                Panel(
                    "timeseries", Text("退回（Kafka）", "Refused, over Kafka"), [Line("sum by (code) (increase(wangge_intake_refused_total[15m]))", "{{code}}")]
                ),
                Panel(
                    "timeseries",
                    Text("整体退回的请求", "Requests refused as a whole"),
                    [Line("sum by (reason) (increase(wangge_gateway_refused_requests_total[15m]))", "{{reason}}")],
                ),
                Panel("timeseries", Text("Kafka 待决", "Kafka: undecided"), [Line("sum by (owner) (wangge_intake_undecided)", "{{owner}}")]),
                Panel("timeseries", Text("等待成批", "Waiting for a place in a batch"), [Line("sum by (owner) (wangge_gateway_waiting_events)", "{{owner}}")]),
                Panel(
                    "timeseries", Text("接收结果", "What was decided"), [Line("sum by (result) (rate(wangge_events_decided_total[5m]))", "{{result}}")], "ops"
                ),
                Panel(
                    "timeseries",
                    Text("引用未知而延后", "Put off for an unknown reference"),
                    [Line("sum(increase(wangge_intake_postponed_total[15m]))", Text("次", "times"))],
                ),
            ],
        ),
    ],
)

BOARDS = (PLATFORM, DISTRICT, SOURCES)


def as_json(board: Board, language: str) -> Json:
    """A dashboard in a language, as Grafana reads it."""
    source = {"type": "prometheus", "uid": "${datasource}"}
    choices = [
        {"name": one.name, "label": one.title.of(language), "type": "query", "datasource": source, "query": one.query, "refresh": 2, "sort": 1}
        for one in board.variables
    ]
    return {
        "uid": f"{board.uid}-{language}",
        "title": board.title.of(language),
        "tags": ["wangge"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": board.refresh,
        "time": {"from": board.since, "to": "now"},
        "timezone": "Asia/Shanghai",
        "templating": {"list": [{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}, *choices]},
        "panels": draw(board.rows, language),
    }
