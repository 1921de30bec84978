"""What the page says around its numbers."""

HEAD = """# Performance

*Written by `./run bench report` from [performance.json](performance.json), which is what `./run bench all --json` printed. Not edited by hand.*

{at} UTC, in {taken}, load of the machine before: {load}

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
keep in memory is gone when they die. The raw loops with a dict are no systems: they are about what one core can do. The first quarter of each run is warm-up:
in it the processor meets every combination of axes for the first time and has it numbered, which is told apart (*first quarter*); afterwards none is new.
Slow contestants get fewer facts, as noted. *Sustained* feeds the processor as fast as it counts, with the merge beside it and the bound on waiting rows lowered to
400,000 so that a short run is where a long one would be (`BENCH_SUSTAIN_S=600` makes it ten minutes); the rows that wait are told at its beginning, its quarters and its end.
""",
    "ingest": "The whole path, committed in the log before the answer. Bodies are made before the clock starts; the clients' processor time is part of the machine's.",
    "relay": "One relay process over a full log, its marks included. The topic then has grown by every fact.",
    "rebuild": "By its own report: read from the log, folded, merged, compared with the live figures, switched. Each round must find the same figures; its sums are held up to the truth.",
    "freshness": "Single events at a fixed pace on 64 connections; a live stream's value covers each.",
    "growth": "The processor with the merge beside it, and questions, over figures that already hold 1×, 4× and 16× as many cells (0.6, 2.5 and 10 million).",
}

SCALE_HEAD = """# From a district to a country

*Written by `./run bench report` from the costs in [performance.json](performance.json); the reckoning stands in `tests/bench/scale.py`. On paper: nothing larger than one machine was run.*

Everything is sharded by namespace before it is sharded by anything else: a district's (or a city's) keys begin with its own name, its trees are its own, and a figure
never needs rows of another. So a city is a larger installation, and a country is many cities, each with an installation of its own, and one more above them.

## What one of each costs

| | measured |
|---|---:|
"""

SCALE_MIDDLE = """
## How much there is

A resident causes about twenty facts a year: a call to the hotline and what becomes of it (Beijing's 12345 takes about one call a resident and year; a case is five to
seven facts), one or two cases of the grid, an hour of service or an attendance, a visit, and the registers' own changes. A grid has about a thousand residents. The
busiest hour has ten times the mean; the platform is sized for ten times that hour.

"""

SCALE_END = """
## What that means

**A district** is one machine, as it is measured here, and most of it idle.

**A city of 20 million** needs no other architecture, it needs parts of its own for what shares two cores here:

- *Kafka*: three brokers, replication 3. Twelve partitions a topic are enough for its facts a second by a wide margin; what they bound is the number of processors: at most 12 share
  a topic, 36 the three. Sequences are numbered by partition, so the number never changes under a log; a city that wants more begins its log with more.
- *Rooms*: one process a core, each a batch writer of its own; they meet in the counters of the log. Beyond some thousand events a second the counter rows of one room are what they
  wait for; the way on is one set of rooms a district, since no event of one district locks a row of another.
- *Processors*: two or three, for availability; each takes a share of the partitions. *Merge*: one at a time by its lock; it is the first to fill a core. It then is split by axis modulo n, each
  part with a mark of its own (answers take the least).
- *PostgreSQL*: one primary with a standby. `log.fact` is partitioned by topic and by ranges of ten million numbers; a range that is told, counted and backed up moves to slower disks as it is.
  `settled` and `cell` are partitioned by generation today; at this size also by year of `day`, so that a year's questions touch a year's index and old years stay read-only. Retention, where
  wanted, folds a range of the log into opening rows first.
- *Gateways*: as many as screens ask for, they keep no state but sums that they read again. A gateway remembers sums by place and day and by kind and day of the measures asked about; at
  20,000 grids that is some hundred megabytes a measure and year, so a gateway serves a group of districts, by its grants, and not the whole city.

**A country** is not one installation. What goes up from a city is not its facts but its cells: day, measure, kind and district, some thousand numbers a city and day, as a topic of
its own (`cells.v1`, absolute values under the city's generation and n, so that a repeated or a late one costs nothing). Above it a store for reading only is filled from three hundred such topics.
People and things never leave the city; distinct counts are added up where the sets are disjoint (residents of two cities) and are otherwise asked of the cities.

**Where PostgreSQL stops being enough.** Not at writing: its COPY takes what the processors give. It stops where one primary must hold, vacuum and back up what a year brings: at the rows of
`settled`, somewhere between 2 and 5 TB, that is, in a city's third to tenth year, or at once if a country were put in one database. What replaces it there, in this order: years as partitions with old ones on
replicas; `settled` and `presence` (append-only, read by axis and day) in a columnar store such as ClickHouse, filled from the same fact topics by the same fold under the same watermarks, while cells, watermarks and
the log stay; the log's old ranges in object storage. What must not be given up for it: rows and watermark in one transaction. A store without transactions over both takes the commit's number n into its
key, and drops what it has.
"""

WHY = {
    r"^Processor": (
        "a fact has more than four rows, each looked up by two texts and strung into a COPY. That is two thirds of the processor's own time; decoding is a fifteenth, the "
        "client a quarter, and Python is at its floor: all rows of a fetch at once, and another event loop (uvloop), were tried and were no faster."
    ),
    r"^Sustained": (
        "the merge bounds it: about 11 µs of PostgreSQL for each of more than four rows, on the cores that the processor, the broker and the feeder need as well. The runs "
        "here are of 20 s. Ones of ten minutes (28 November 2026): live 13,511 facts/s, 203,190 rows waited at the beginning and 442,054 at the end; back-fill 7,711 facts/s, "
        "none waited at the beginning, 411,606 after a quarter and 414,878 at the end. The more cells there are the more the merge costs, 17 µs a row after two minutes of "
        "back-fill, and the cleaning of what it changed takes a quarter of a core; with eight times the buffers it was no faster."
    ),
    r"^(POST /v1/events|From inbound)": (
        "nothing waits, both cores are busy: see what each process spends on an event. Ten thousand events a second would leave 200 µs of one core for door, three rooms, "
        "relays, broker, database and counting together; single events cost a round of all of these for a handful of them."
    ),
    r"^Rebuild": (
        "two thirds of the work are PostgreSQL's: the rows are merged like live ones (14 µs each, more than four a fact), and both sides are added up to be compared. "
        "One process fetches, reads and writes meanwhile."
    ),
    r"^A page of items": (
        "the worst of sixty pages of one round, of the cases that are not resolved; half of them take less than 10 ms. What held the worst one up was not looked into."
    ),
    r"^/metrics": (
        "a scrape is told what was read two or three seconds ago, so none asks the database; but it waits for its turn in a process that takes in 200 events a second and "
        "reads the next figures meanwhile, on cores that count them."
    ),
}
"""Why a target is missed, by pattern of its text; said only where it is."""
