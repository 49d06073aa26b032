"""Fills the databases from one pipeline of the spec, shard by shard.

    python metaflow_flows/landsat_ingestion_flow.py run
    python metaflow_flows/landsat_ingestion_flow.py --with kubernetes run

A run that broke off goes on with `resume` in place of `run`: what was loaded stays
loaded, and nothing is loaded twice.
Written by `platform compile`: change the spec, not this file.
"""

from __future__ import annotations

import sys
from typing import Any

from metaflow import FlowSpec, IncludeFile, Parameter, retry, step, timeout  # type: ignore[attr-defined, unused-ignore]
from platform_runner import (
    default_shards,
    find_spec,
    limit_workers,
    option,
    run_platform,
)

PIPELINE = "landsat"


class LandsatIngestionFlow(FlowSpec):
    """Plan the shards, load each, then write the log and count the rows."""

    spec = IncludeFile(
        "spec",
        default=find_spec,  # type: ignore[arg-type, unused-ignore]
        show_default=False,  # type: ignore[arg-type, unused-ignore]
        help="The platform's spec, which pods are given; PLATFORM_SPEC names another.",
    )
    shards = Parameter(
        "shards",
        type=int,
        default=None,
        help="Into how many shards the run is cut.",
    )
    limit = Parameter(
        "limit",
        type=int,
        default=None,
        help="At most so many items.",
    )
    since = Parameter(
        "since",
        type=str,
        default=None,
        help="Only items from this moment on (RFC 3339).",
    )

    @retry(times=2, minutes_between_retries=1)
    @timeout(minutes=30)
    @step
    def start(self) -> None:
        """Asks for the run's id and its shards."""
        options = [
            *option("shards", self.shards or default_shards()),
            *option("limit", self.limit),
            *option("since", self.since),
        ]
        # The run keeps limit and since: its shards need not be told.
        plan = self.platform("plan", PIPELINE, *options)
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
        shard = ["--run", self.ingest_run, "--shard", str(self.input)]
        self.counts = self.platform(PIPELINE, *shard)
        self.next(self.join)

    @retry(times=2, minutes_between_retries=0)
    @step
    def join(self, inputs: Any) -> None:
        """Waits for every shard."""
        self.ingest_run = inputs[0].ingest_run
        self.next(self.write_to_db)

    @retry(times=3, minutes_between_retries=1)
    @timeout(hours=1)
    @step
    def write_to_db(self) -> None:
        """Writes ingestion_log and counts the rows of both databases."""
        self.counts = self.platform("finish", self.ingest_run)
        for table, rows in self.counts["rows"].items():
            print(f"rows of {table}: {rows}")
        self.next(self.end)

    @retry(times=2, minutes_between_retries=0)
    @step
    def end(self) -> None:
        """Says what became of the items."""
        names = ("read", "loaded", "unchanged", "quarantined")
        counts = ", ".join(f"{self.counts[name]} {name}" for name in names)
        print(f"run {self.ingest_run} of {PIPELINE}: {counts}")

    def platform(self, *words: str) -> dict[str, Any]:
        """What `platform ingest WORDS` says, as an object."""
        return run_platform(["ingest", *words], spec=str(self.spec))


if __name__ == "__main__":
    limit_workers(sys.argv)
    LandsatIngestionFlow()
