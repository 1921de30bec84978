"""What the page says around its numbers."""

HEAD = """# Performance

*Written by `./run bench report` from [performance.json](performance.json), which is what `./run bench all --json` printed. Not edited by hand.*

{at} UTC, in {minutes} minutes, load of the machine before: {load}

{machine}; broker, database, every service and all clients share it.

{versions}

Repeat it: `./run bench all` (all), `./run bench NAME` (one), `--rounds N`, `--json`. A platform of its own is started below the system's temporary folder and is
gone afterwards. Contestants run in turn within each round, so that a busy moment falls on all of them alike; numbers are medians of the rounds with the least and
the greatest. Latencies come from open-model loads: an event is due at its moment, whatever became of those before it. What is said to be warm-up is not counted.
Processor time is told beside the clock, because the clock depends on what else the machine does.
"""

TITLES = {
    "processor": "Counting facts, against what a team would take instead",
    "ingest": "Events into the log",
    "relay": "Relay",
    "rebuild": "Rebuild from the log",
    "freshness": "From the door to the screen",
    "live": "Two thousand screens",
    "query": "Figures over ten million cells",
    "scrape": "/metrics",
    "growth": "As events and cells grow",
}

ABOUT = {
    "processor": """
All read the same facts from the same topic and make the same sums by measure, kind, area, organisation, dimensions and day; each contestant's sums are held up to
the truth, which is added up from the rows that the rooms counted. The facts are a district's: 541 grids, 20 kinds of cases and 22 others, all families mixed,
counted by the rooms' own code under the whole catalogue. *live*: 95 % of the work happens on the last three days; *back-fill*: evenly over 400 days. `of the loop` is
the share of an aiokafka loop that only decodes the same topic, in the same round. The processor commits every batch exactly once into PostgreSQL; what the others
keep in memory is gone when they die. The raw loops with a dict are no systems: they are about what one core can do. The first quarter of each run is warm-up.
Slow contestants get fewer facts, as noted. *Sustained* feeds the processor as fast as it counts, with the merge beside it and the bound on waiting rows lowered to
400,000 so that a short run is where a long one would be (`BENCH_SUSTAIN_S=600` makes it ten minutes); the rows that wait are told at its beginning, its quarters and its end.
""",
    "ingest": "The whole path, committed in the log before the answer. Bodies are made before the clock starts; the clients' processor time is part of the machine's.",
    "relay": "One relay process over a full log, its marks included. The topic then has grown by every fact.",
    "rebuild": "By its own report: read from the log, folded, merged, compared with the live figures, switched. Each round must find the same figures; its sums are held up to the truth.",
    "freshness": "Single events at a fixed pace on 64 connections; a live stream's value covers each.",
    "growth": "The processor with the merge beside it, and questions, over figures that already hold 1×, 4× and 16× as many cells (0.6, 2.5 and 10 million).",
}
