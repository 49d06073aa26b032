"""Checks how the flows run the `platform` command, with a stand-in for it.

Written by `platform compile`: change the spec, not this file.
"""

from __future__ import annotations

import importlib
import json
import os
import shlex
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

FLOWS = Path(__file__).resolve().parent.parent / "metaflow_flows"
SPEC = "name: test\n"
STAND_IN = """
import json, os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
options = dict(zip(sys.argv[-6::2], sys.argv[-5::2]))
with open(options["--spec"]) as spec:
    said = [sys.argv[1:-6], options, spec.read(), dict(os.environ)]
print("talk of the stand-in", file=sys.stderr)
time.sleep(float(os.environ.get("SLEEP", "0")))
print(json.dumps({"said": said}))
sys.exit(int(os.environ.get("CODE", "0")))
"""


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The flows' module, with a spec and a command of the test's own."""
    spec = tmp_path / "platform.yaml"
    spec.write_text(SPEC)
    command = tmp_path / "stand in.py"
    command.write_text(STAND_IN)
    for name in list(os.environ):
        if name.startswith(("METAFLOW_", "PGSTAC_", "INGEST_", "KUBERNETES_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PLATFORM_SPEC", str(spec))
    monkeypatch.setenv("PLATFORM_COMMAND", shlex.join([sys.executable, str(command)]))
    monkeypatch.syspath_prepend(FLOWS)
    module = importlib.import_module("platform_runner")
    monkeypatch.setattr(module, "ENVIRONMENT", "dev")
    return module


def run(runner: Any, spec: str = SPEC) -> Any:
    """What the stand-in was told: its words, its options, the spec, its variables."""
    result = runner.run_platform(["ingest", "a b"], spec=spec)
    return result["said"]


def test_names_spec_and_environment(runner: Any) -> None:
    words, options, text, _ = run(runner)
    assert words == ["ingest", "a b"]
    assert options == {
        "--spec": os.environ["PLATFORM_SPEC"],
        "--env": "dev",
        "--format": "json",
    }
    assert text == SPEC


def test_pods_read_the_spec_they_are_given(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.delenv("PLATFORM_SPEC")
    _, options, text, _ = run(runner, "name: carried\n")
    assert text == "name: carried\n"
    assert not Path(options["--spec"]).exists()


def test_pods_get_the_variables_that_nobody_gave_them(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = {"INGEST_DB_DSN": "compiled", "PGSTAC_URI": "compiled"}
    monkeypatch.setattr(runner, "POD_VARIABLES", compiled)
    assert compiled.keys().isdisjoint(run(runner)[3])
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("PGSTAC_URI", "the pod's own")
    given = run(runner)[3]
    assert given["INGEST_DB_DSN"] == "compiled"
    assert given["PGSTAC_URI"] == "the pod's own"


def test_another_spec_than_the_runs_is_refused(runner: Any) -> None:
    with pytest.raises(SystemExit) as exit_code:
        run(runner, "name: edited\n")
    assert exit_code.value.code == runner.FAILED_FOR_GOOD


def test_the_spec_is_found_above_the_flows(
    runner: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PLATFORM_SPEC")
    monkeypatch.setattr(runner, "FOLDER", tmp_path / "generated" / "dev" / "flows")
    assert runner.find_spec() == str(tmp_path / "platform.yaml")
    (tmp_path / "generated" / "spec").mkdir(parents=True)
    nearer = tmp_path / "generated" / "spec" / "platform.yaml"
    nearer.write_text(SPEC)
    assert runner.find_spec() == str(nearer)


def test_quarantined_items_are_no_failure(
    runner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODE", "3")
    assert run(runner)[0] == ["ingest", "a b"]


@pytest.mark.parametrize(("code", "ends_with"), [("2", 202), ("4", 1), ("130", 1)])
def test_failures_end_the_task(
    runner: Any,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    code: str,
    ends_with: int,
) -> None:
    monkeypatch.setenv("CODE", code)
    with pytest.raises(SystemExit) as exit_code:
        run(runner)
    assert exit_code.value.code == ends_with
    said = capfd.readouterr().err
    assert "talk of the stand-in" in said
    assert f"platform ingest 'a b' exited with {code}" in said


def test_the_command_is_told_to_end(
    runner: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLEEP", "30")
    threading.Timer(1, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with pytest.raises(SystemExit):
        run(runner)
    assert "exited with 130" in capfd.readouterr().err


def test_a_result_that_is_no_object_is_a_fault(runner: Any) -> None:
    assert runner.read_result('talk\n{"read": 1}\n') == {"read": 1}
    with pytest.raises(TypeError):
        runner.read_result(json.dumps([1]))


@pytest.mark.parametrize(
    ("variable", "command_line", "workers"),
    [
        ("UNRELATED", ["run"], "1"),
        ("UNRELATED", ["--with", "kubernetes:cpu=2", "run"], None),
        ("PGSTAC_DSN", ["run"], None),
        ("PGSTAC_URI", ["run"], None),
        ("INGEST_DB_DSN", ["run"], None),
        ("KUBERNETES_SERVICE_HOST", ["run"], None),
    ],
)
def test_one_worker_on_the_embedded_database(
    runner: Any,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    command_line: list[str],
    workers: str | None,
) -> None:
    monkeypatch.setenv(variable, "set")
    monkeypatch.setattr(runner.os, "environ", dict(os.environ))
    runner.limit_workers(["flow.py", *command_line])
    assert runner.os.environ.get("METAFLOW_RUN_MAX_WORKERS") == workers
    assert runner.os.environ.get("METAFLOW_RESUME_MAX_WORKERS") == workers


@pytest.mark.parametrize(
    ("variable", "shards"), [("UNRELATED", 1), ("PGSTAC_DSN", None)]
)
def test_one_shard_on_the_embedded_database(
    runner: Any, monkeypatch: pytest.MonkeyPatch, variable: str, shards: int | None
) -> None:
    monkeypatch.setenv(variable, "set")
    assert runner.default_shards() == shards
