"""Checks this environment as it was compiled. Needs pytest only: run `pytest` here.

Written by `platform compile`: change the spec, not this file.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "configs" / "metaflow_gcp.yaml"
FLOWS = sorted((ROOT / "metaflow_flows").glob("*_ingestion_flow.py"))
NAMES = (
    "coast",
    "default",
    "acme-marine",
)
SECRETS = (
    r"\w+://[^\s/:@]+:(?![$<{])[^\s/:@]+@",
    r"(?i)password[\"']?\s*[:=]\s*[\"'][^\"'$<{]+[\"']",
    r"(?i)\bpassword\s+'[^'$<{]+'",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"\bAIza[\w-]{35}\b|\bya29\.[\w-]+",
)


def read_config() -> dict[str, str]:
    """The variables that the configuration sets."""
    lines = CONFIG.read_text(encoding="utf-8").split()
    return dict(line.split("=", 1) for line in lines)


def list_compiled() -> list[str]:
    """The path of each file that the compiler wrote."""
    lock = json.loads((ROOT / "platform.lock.json").read_text(encoding="utf-8"))
    return [file["path"] for file in lock["files"]]


def run_python(*arguments: str, **variables: str) -> str:
    """What Python prints, run in this folder with nothing exported."""
    command = [sys.executable, *arguments]
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.check_output(command, cwd=ROOT, env=environment, encoding="utf-8")


def test_main_greets() -> None:
    greeting = run_python("main.py")
    for name in NAMES:
        assert name in greeting


def test_each_compiled_file_is_there() -> None:
    assert [path for path in list_compiled() if not (ROOT / path).is_file()] == []


def test_no_compiled_file_holds_a_secret() -> None:
    for path in list_compiled():
        text = (ROOT / path).read_text(encoding="utf-8")
        for secret in SECRETS:
            assert re.search(secret, text) is None, f"{path}: {secret}"


def test_the_shell_reads_the_configuration_exactly() -> None:
    script = f"export $(cat '{CONFIG.relative_to(ROOT)}' | xargs) && exec env"
    lines = subprocess.check_output(
        ["sh", "-c", script], cwd=ROOT, env={"PATH": os.environ["PATH"]}, text=True
    ).splitlines()
    expected = read_config()
    assert {line for line in lines if line.split("=", 1)[0] in expected} == {
        f"{name}={value}" for name, value in expected.items()
    }


@pytest.mark.parametrize(
    ("variable", "database"), [("PGSTAC_URI", "pgstac"), ("INGEST_DB_DSN", "ingest")]
)
def test_databases_are_named_without_a_password(variable: str, database: str) -> None:
    dsn = read_config().get(variable)
    if dsn is None:
        pytest.skip("the spec has no workload that could log in")
    url = urlsplit(dsn)
    assert (url.scheme, url.path) == ("postgresql", f"/{database}")
    assert url.hostname
    assert url.port
    assert url.username
    assert url.password is None


def test_metaflow_reads_each_of_its_variables() -> None:
    config = pytest.importorskip("metaflow.metaflow_config")
    names = [name.removeprefix("METAFLOW_") for name in read_config()]
    known = {*vars(config), "PGSTAC_URI", "INGEST_DB_DSN"}
    assert [name for name in names if name not in known] == []


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.stem)
def test_flow_is_python(flow: Path) -> None:
    classes = [
        node.name
        for node in ast.parse(flow.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    assert len(classes) == 1
    assert classes[0].endswith("IngestionFlow")


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.stem)
def test_flow_is_a_graph_that_metaflow_accepts(flow: Path, tmp_path: Path) -> None:
    pytest.importorskip("metaflow")
    shown = run_python(str(flow), "show", HOME=str(tmp_path), METAFLOW_USER="test")
    for step in ("start", "download_items", "join", "write_to_db", "end"):
        assert f"Step {step}" in shown


def test_sql_is_there() -> None:
    files = sorted((ROOT / "sql").glob("*.sql"))
    assert files != []
    for file in files:
        assert file.read_text(encoding="utf-8").strip()
