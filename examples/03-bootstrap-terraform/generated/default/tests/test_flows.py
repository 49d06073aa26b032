"""Runs a flow with the real Metaflow and a stand-in for the `platform` command.

Written by `platform compile`: change the spec, not this file.
"""

from __future__ import annotations

import base64
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("metaflow")

FLOW = min(Path(__file__).parent.parent.glob("metaflow_flows/*_ingestion_flow.py"))
RUN = "01890a5d-ac96-774b-bcce-b302099a8057"
COUNTS = {
    "read": 4,
    "inserted": 2,
    "updated": 1,
    "loaded": 3,
    "unchanged": 0,
    "ignored": 0,
    "duplicates": 0,
    "quarantined": 1,
}
FAILURE = {
    "place": "items.ndjson:4",
    "item": "</script><script>alert(1)</script>",
    "reason": "noGeometry",
    "message": "none",
}
FINISHED = {
    **COUNTS,
    "run": RUN,
    "pipeline": "stand-in",
    "runs": [{"run": RUN, "deleted": 2}],
    "rows": {"pgstac.items": 3, "ingestion_log": 4},
    "reasons": {"noGeometry": 1},
    "quarantine": [FAILURE],
    "footprints": {"items": 3, "shown": [{"loaded": True, "paths": [[[7, 46]]]}]},
}
STAND_IN = f"""
import json, os, sys
words = sys.argv[2:-6]
with open(os.environ["SAID"], "a") as said:
    print(json.dumps(words), file=said)
if os.environ.get("REFUSE") in words:
    sys.exit(2)
shards = int(words[words.index("--shards") + 1]) if "--shards" in words else 2
numbers = range(1, shards + 1)
plan = dict(run={RUN!r}, shards=[dict(shard="%d/%d" % (k, shards)) for k in numbers])
print(json.dumps(dict(plan=plan, finish={FINISHED!r}).get(words[0], {COUNTS!r})))
sys.exit(3 if words[0] == "finish" else 0)
"""


class Here:
    """A folder with a spec, a stand-in, and what the stand-in was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "platform.yaml").write_text("name: test\n")
        (folder / "stand in.py").write_text(STAND_IN)

    def flow(self, *arguments: str, **variables: str) -> tuple[int, str]:
        """Exit code of the flow's command, and what it said."""
        command = shlex.join([sys.executable, str(self.folder / "stand in.py")])
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "METAFLOW_USER": "test",
            "PLATFORM_SPEC": str(self.folder / "platform.yaml"),
            "PLATFORM_COMMAND": command,
            "SAID": str(self.folder / "said"),
            **variables,
        }
        done = subprocess.run(
            [sys.executable, str(FLOW), *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout

    def told(self) -> list[list[str]]:
        """The words of each command since the last time, shards in their order."""
        file = self.folder / "said"
        said = [json.loads(line) for line in file.read_text().splitlines()]
        file.unlink()
        return [said[0], *sorted(said[1:-1]), said[-1]]


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


def shard(pipeline: str, number: int, count: int) -> list[str]:
    """What the task of a shard says."""
    return [pipeline, "--run", RUN, "--shard", f"{number}/{count}"]


def test_a_run_is_planned_loaded_and_finished(here: Here) -> None:
    options = {
        "pipeline": "other",
        "datetime": "2024-01-01/..",
        "since": "2024-02-01",
        "limit": "7",
        "shards": "3",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    reconcile = ["--reconcile", "true"]
    code, said = here.flow("run", "--max-workers", "2", *words, *reconcile)
    assert code == 0, said
    shards = [shard("other", number, 3) for number in (1, 2, 3)]
    plan = ["plan", "other", *words[2:], "--reconcile"]
    assert here.told() == [plan, *shards, ["finish", RUN]]
    counts = "4 read, 3 loaded, 0 unchanged, 0 ignored, 1 quarantined"
    assert f"run {RUN} of other: {counts}" in said
    assert "rows of pgstac.items: 3" in said
    assert "2 gone from the source, deleted" in said


def test_without_options_the_run_is_of_the_flows_own_pipeline(here: Here) -> None:
    code, said = here.flow("run", PGSTAC_DSN="set", INGEST_DB_DSN="set")
    assert code == 0, said
    plan, first, second, finish = here.told()
    assert plan[0] == "plan"
    assert len(plan) == 2
    assert [first, second] == [shard(plan[1], number, 2) for number in (1, 2)]
    assert finish == ["finish", RUN]


def test_a_resumed_run_is_the_same_run(here: Here) -> None:
    code, said = here.flow("run", "--shards", "2", REFUSE="2/2")
    assert code != 0, said
    pipeline = here.told()[0][1]
    code, said = here.flow("resume")
    assert code == 0, said
    assert here.told() == [shard(pipeline, 2, 2), ["finish", RUN]]


def test_the_card_shows_the_run_and_no_item_runs_in_it(here: Here) -> None:
    code, said = here.flow("run")
    assert code == 0, said
    [run] = (here.folder / ".metaflow").glob("*/[0-9]*/write_to_db/[0-9]*")
    task = f"{run.parent.parent.name}/write_to_db/{run.name}"
    code, said = here.flow("card", "get", task, "card.html")
    assert code == 0, said
    html = (here.folder / "card.html").read_text()
    assert FAILURE["item"] not in html
    parts = list_parts(read_card(html))
    assert not any(FAILURE["item"] in text for text in parts["markdown"])
    assert [FAILURE["item"], "noGeometry"] in [row[1:3] for row in parts["table"]]
    assert any(source.startswith("data:image/svg") for source in parts["image"])
    assert "# Run of stand-in" in parts["markdown"]


def read_card(html: str) -> Any:
    """What the card's own script shows."""
    data = html.split('window.__MF_DATA__["', 1)[1].split('"] = "', 1)[1]
    return json.loads(base64.b64decode(data.split('"', 1)[0]))


def list_parts(value: Any) -> dict[str, list[Any]]:
    """Rows of the tables, sources of the images, texts."""
    parts: dict[str, list[Any]] = {"table": [], "image": [], "markdown": []}
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending.extend(one)
        elif isinstance(one, dict):
            pending.extend(one.values())
            kind = one.get("type")
            if kind == "table":
                parts["table"].extend(one["data"])
            elif kind == "image":
                parts["image"].append(one["src"])
            elif kind == "markdown":
                parts["markdown"].append(one["source"])
    return parts
