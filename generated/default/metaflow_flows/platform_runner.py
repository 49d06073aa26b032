"""Runs the `platform` command for the flows beside this file.

The flows divide the work; reading, judging and loading are the command's alone.
Written by `platform compile`: change the spec, not this file.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from platform_environment import ENVIRONMENT, POD_VARIABLES

FOLDER = Path(__file__).resolve().parent

# Exit codes of the command.
DONE = 0
WRONG_SPEC = 2
DONE_IN_PART = 3

# Exit codes of a task. The second is metaflow.exception.METAFLOW_EXIT_DISALLOW_RETRY:
# another attempt would make the same mistake.
FAILED = 1
FAILED_FOR_GOOD = 202

DSN_VARIABLES = ("PGSTAC_DSN", "PGSTAC_URI", "INGEST_DB_DSN")


def run_platform(arguments: list[str], *, spec: str) -> dict[str, Any]:
    """Runs `platform ARGUMENTS` and gives the JSON object that its stdout ends with.

    `spec` is the spec's text. What the command says on stderr is in the task's log.
    Items in quarantine are no failure; any other exit code but 0 ends the task.
    """
    with open_spec(spec) as path:
        options = ["--spec", path, "--env", ENVIRONMENT, "--format", "json"]
        code, output = run_command([*arguments, *options])
    if code in (DONE, DONE_IN_PART):
        return read_result(output)
    # With --format json, mistakes in the spec are on stdout.
    print(output, file=sys.stderr)
    words = shlex.join(["platform", *arguments])
    fail(
        f"{words} exited with {code}; the reason is above",
        FAILED_FOR_GOOD if code == WRONG_SPEC else FAILED,
    )


def option(name: str, value: object) -> list[str]:
    """The words of one option; none where there is no value."""
    return [] if value is None else [f"--{name}", str(value)]


def fail(message: str, exit_code: int) -> NoReturn:
    """Ends the task without a traceback, which would bury what the command said."""
    print(message, file=sys.stderr, flush=True)
    sys.exit(exit_code)


def find_spec(context: object = None) -> str:
    """The path of the spec this folder was compiled from.

    PLATFORM_SPEC, else `platform.yaml` or `spec/platform.yaml` of the nearest folder
    above that has one. Metaflow passes a context, as to any parameter's default.
    """
    named = os.environ.get("PLATFORM_SPEC")
    if named:
        return str(Path(named).resolve())
    for folder in FOLDER.parents:
        for name in ("platform.yaml", "spec/platform.yaml"):
            if (folder / name).is_file():
                return str(folder / name)
    fail(
        f"no platform.yaml or spec/platform.yaml in a folder above {FOLDER}; "
        "set PLATFORM_SPEC to the path of the spec",
        FAILED_FOR_GOOD,
    )


@contextmanager
def open_spec(text: str) -> Iterator[str]:
    """The path of a file with the spec's text.

    In a pod a temporary one. Elsewhere the spec itself, since item files and the
    embedded database are found from where it is; then it must read as it did when the
    run began, or a resumed run would cut other batches than those already recorded.
    """
    if in_pod():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "platform.yaml")
            path.write_bytes(text.encode())
            yield str(path)
        return
    found = find_spec()
    if Path(found).read_bytes().decode() != text:
        fail(
            f"{found} is not the spec that this run began with: it was edited since, or "
            "--spec named another. Start a new run; PLATFORM_SPEC names another spec",
            FAILED_FOR_GOOD,
        )
    yield found


def find_command() -> tuple[list[str], Path | None]:
    """The words that start `platform`, and the folder to start them in if it matters.

    PLATFORM_COMMAND, else `platform` on PATH, else what npm installed for this project.
    """
    named = shlex.split(os.environ.get("PLATFORM_COMMAND", ""))
    if named:
        return named, None
    installed = shutil.which("platform")
    if installed:
        return [installed], None
    npx = shutil.which("npx")
    if npx:
        return [npx, "--no-install", "platform"], FOLDER
    fail(
        "no `platform` command: install it, or set PLATFORM_COMMAND to what starts it",
        FAILED_FOR_GOOD,
    )


def run_command(arguments: list[str]) -> tuple[int, str]:
    """Exit code and stdout of `platform ARGUMENTS`.

    When this task is told to end, or times out, the command is told as well: it stops
    between two batches.
    """
    command, folder = find_command()
    child = subprocess.Popen(
        [*command, *arguments],
        cwd=folder,
        env=list_variables(),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    previous = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        output, _ = child.communicate()
    except BaseException:
        end_child(child)
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)
    return child.returncode, output


def list_variables() -> dict[str, str]:
    """The command's environment: this task's; what a pod lacks, as it was compiled."""
    return {**(POD_VARIABLES if in_pod() else {}), **os.environ}


def end_child(child: subprocess.Popen[str]) -> None:
    """Ends the command, kindly first."""
    child.terminate()
    try:
        child.wait(timeout=20)
    except subprocess.TimeoutExpired:
        child.kill()


def read_result(output: str) -> dict[str, Any]:
    """The JSON object that stands in the last line of the command's stdout."""
    result = json.loads(output.splitlines()[-1])
    if not isinstance(result, dict):
        raise TypeError(f"not a JSON object: {result!r}")
    return result


def limit_workers(command_line: list[str]) -> None:
    """Has Metaflow run one task at a time where the embedded database is used.

    One process at a time can open it. Others wait for it, so a --max-workers on the
    command line does no harm, but no good either. Pods never use it.
    """
    in_pods = any("kubernetes" in word for word in command_line)
    if uses_embedded_database() and not in_pods:
        for command in ("RUN", "RESUME"):
            os.environ.setdefault(f"METAFLOW_{command}_MAX_WORKERS", "1")


def default_shards() -> int | None:
    """One where shards would only wait for each other; elsewhere the command decides."""
    return 1 if uses_embedded_database() else None


def uses_embedded_database() -> bool:
    """True where the command opens its embedded database: no pod, no server named."""
    return not in_pod() and not any(os.environ.get(name) for name in DSN_VARIABLES)


def in_pod() -> bool:
    """True inside Kubernetes."""
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST"))
