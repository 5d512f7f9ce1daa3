"""How well the tests of one module would notice a fault in it: `make mutate MODULE=maskstudio/core/ops.py`.

mutmut changes the module in one place at a time (a comparison, a number, a word) and runs the module's own tests; what
no test notices has survived. It works on a copy in .mutants/, so neither the tree nor the other checks see a mutant.
The tests are imported before the faults are made: what runs while modules are imported, as ``params.spec.param`` does,
cannot be judged by it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPY = ROOT / ".mutants"
MUTMUT = Path(sys.executable).parent / "mutmut"
# As `make test` runs what lies below the window; the window itself is tested with Qt.
BELOW = ["-p", "no:pytest-qt", "-W", "ignore::pytest.PytestConfigWarning"]
CONFIG = """
[tool.mutmut]
source_paths = ["maskstudio"]
only_mutate = {module}
also_copy = ["resources", "packaging", "Makefile"]
pytest_add_cli_args = {words}
pytest_add_cli_args_test_selection = {tests}
process_isolation = "forkserver"  # OpenCV's threads do not live through a fork in which tests have run
track_dependencies = false
use_git_change_detection = false
"""


def tests_of(module: Path) -> list[str]:
    """The test files named after a module: for core/ops.py test_ops.py and test_ops_*.py in tests/core and tests."""
    inner = module.relative_to("maskstudio")
    folders = [ROOT / "tests" / inner.parent, ROOT / "tests" / inner.parts[0], ROOT / "tests"]
    found = {
        file
        for folder in folders
        for file in folder.glob(f"test_{inner.stem}*.py")
        if re.fullmatch(f"test_{inner.stem}(_.*)?", file.stem)
    }
    return sorted(file.relative_to(ROOT).as_posix() for file in found)


def copied(module: Path, tests: list[str]) -> None:
    """Lay out the copy that mutmut works in: the tree, its configuration, and the shared photos beside its tests."""
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir()
    for name in ("maskstudio", "tests", "resources", "packaging"):
        shutil.copytree(ROOT / name, COPY / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Makefile", COPY)
    if (ROOT.parent / "shared").is_dir():
        (COPY / "shared").symlink_to(ROOT.parent / "shared")
    words = ["-p", "no:cacheprovider", *([] if "ui" in module.parts else BELOW)]
    mine = CONFIG.format(module=json.dumps([module.as_posix()]), words=json.dumps(words), tests=json.dumps(tests))
    (COPY / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8") + mine, "utf-8")


def mutmut(*words: str, quiet: bool = False, below: bool = True) -> str:
    """Run mutmut in the copy; what it printed, where it was not to be seen."""
    env = (
        os.environ | {"PYTHONPATH": "", "OMP_NUM_THREADS": "1"} | ({"MASKSTUDIO_TEST_WITHOUT_QT": "1"} if below else {})
    )
    run = subprocess.run(
        [MUTMUT, *words], cwd=COPY, env=env, check=False, text=True, stdout=subprocess.PIPE if quiet else None
    )
    if run.returncode:
        sys.exit(f"mutmut {words[0]} failed; its copy of the tree is in {COPY}.")
    return run.stdout or ""


def main() -> None:
    """Mutate one module, run its tests on every mutant, and print the survivors and the share that was caught."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("module", type=Path, help="such as maskstudio/core/ops.py")
    reader.add_argument("tests", nargs="*", help="the tests to run, where they are not named after the module")
    asked = reader.parse_args()
    module, tests = asked.module, asked.tests or tests_of(asked.module)
    if not (ROOT / module).is_file() or not tests:
        sys.exit(f"There is no module {module}, or no test is named after it; name tests with TESTS=…")
    print(f"Mutating {module}; tests: {' '.join(tests)}", flush=True)
    copied(module, tests)
    below = "ui" not in module.parts
    mutmut("run", below=below)
    mutmut("export-cicd-stats", quiet=True)
    for line in mutmut("results", quiet=True).splitlines():
        print(line)
    stats = json.loads((COPY / "mutants" / "mutmut-cicd-stats.json").read_text("utf-8"))
    caught, total = stats["killed"] + stats["timeout"], stats["total"] - stats["skipped"]
    late = f", {stats['timeout']} of them by running out of time" if stats["timeout"] else ""
    print(f"{caught} of {total} mutants of {module} were noticed, {100 * caught / max(total, 1):.0f} %{late}.")
    print("A survivor: cd .mutants && ../.venv/bin/mutmut show NAME")


if __name__ == "__main__":
    main()
