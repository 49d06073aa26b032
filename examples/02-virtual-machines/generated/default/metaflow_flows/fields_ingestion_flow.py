"""Fills the databases from one pipeline of the spec, shard by shard.

    python metaflow_flows/fields_ingestion_flow.py run
    python metaflow_flows/fields_ingestion_flow.py --with kubernetes run
    python metaflow_flows/fields_ingestion_flow.py argo-workflows create

`run --help` lists the options. How many shards are loaded at once is Metaflow's own
`--max-workers`, of `run`, `resume` and `argo-workflows create` alike.
A run that broke off goes on with `resume` in place of `run`: what was loaded stays
loaded, and nothing is loaded twice.
Written by `platform compile`: change the spec, not this file.
"""

from __future__ import annotations

import sys
from typing import Any

from metaflow import (  # type: ignore[attr-defined, unused-ignore]
    FlowSpec,
    IncludeFile,
    Parameter,
    card,
    current,
    retry,
    step,
    timeout,
)
from platform_card import show_run
from platform_runner import (
    default_shards,
    find_spec,
    limit_workers,
    option,
    run_platform,
)

PIPELINE = "fields"


class FieldsIngestionFlow(FlowSpec):
    """Plan the shards, load each, then write the log and count the rows."""

    spec = IncludeFile(
        "spec",
        default=find_spec,  # type: ignore[arg-type, unused-ignore]
        show_default=False,  # type: ignore[arg-type, unused-ignore]
        help="The platform's spec, which pods are given; PLATFORM_SPEC names another.",
    )
    pipeline = Parameter(
        "pipeline",
        type=str,
        default=PIPELINE,
        help="The pipeline of the spec to run.",
    )
    datetime = Parameter(
        "datetime",
        type=str,
        default=None,
        help="Only items of this time, START/END (RFC 3339); .. is open.",
    )
    since = Parameter(
        "since",
        type=str,
        default=None,
        help="Only items from this moment on (RFC 3339).",
    )
    limit = Parameter(
        "limit",
        type=int,
        default=None,
        help="At most so many items.",
    )
    shards = Parameter(
        "shards",
        type=int,
        default=None,
        help="Into how many shards the run is cut; left out: as the time asks for.",
    )

    reconcile = Parameter(
        "reconcile",
        type=bool,
        default=False,
        help="Whether items that are gone from the source are deleted (true, false).",
    )

    @retry(times=2, minutes_between_retries=1)
    @timeout(minutes=30)
    @step
    def start(self) -> None:
        """Asks for the run's id and its shards."""
        options = [
            *option("datetime", self.datetime),
            *option("since", self.since),
            *option("limit", self.limit),
            *option("shards", self.shards or default_shards()),
            *(["--reconcile"] if self.reconcile else []),
        ]
        # The run keeps its options: its shards need not be told.
        plan = self.platform("plan", self.pipeline, *options)
        # An artifact, so that a resumed run is the same run to the databases.
        self.ingest_run = plan["run"]
        self.planned = [shard["shard"] for shard in plan["shards"]]
        print(f"run {self.ingest_run}, shards {', '.join(self.planned)}")
        self.next(self.download_items, foreach="planned")

    @retry(times=3, minutes_between_retries=1)
    @timeout(hours=12)
    @step
    def download_items(self) -> None:
        """Reads, judges and loads one shard; a retry goes on where it stopped."""
        shard = ["--run", self.ingest_run, "--shard", self.input]
        self.counts = self.platform(self.pipeline, *shard)
        self.next(self.join)

    @retry(times=2, minutes_between_retries=0)
    @step
    def join(self, inputs: Any) -> None:
        """Waits for every shard."""
        self.ingest_run = inputs[0].ingest_run
        self.next(self.write_to_db)

    @card(type="blank", id="run")
    @retry(times=3, minutes_between_retries=1)
    @timeout(hours=1)
    @step
    def write_to_db(self) -> None:
        """Writes ingestion_log and counts the rows of both databases."""
        self.counts = self.platform("finish", self.ingest_run)
        for table, rows in self.counts["rows"].items():
            print(f"rows of {table}: {rows}")
        show_run(current.card["run"], self.counts)  # type: ignore[attr-defined, unused-ignore]
        self.next(self.end)

    @retry(times=2, minutes_between_retries=0)
    @step
    def end(self) -> None:
        """Says what became of the items."""
        names = ("read", "loaded", "unchanged", "ignored", "quarantined")
        counts = ", ".join(f"{self.counts[name]} {name}" for name in names)
        print(f"run {self.ingest_run} of {self.pipeline}: {counts}")
        deleted = sum(run.get("deleted", 0) for run in self.counts["runs"])
        if deleted > 0:
            print(f"{deleted} gone from the source, deleted")

    def platform(self, *words: object) -> dict[str, Any]:
        """What `platform ingest WORDS` says, as an object."""
        return run_platform(["ingest", *map(str, words)], spec=str(self.spec))


if __name__ == "__main__":
    limit_workers(sys.argv)
    FieldsIngestionFlow()
