"""What everybody does with the tree before the code: make, the public runner, hooks, pins, mutants, documents."""

import importlib.util
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from maskstudio.jobs import Runner, immediate
from maskstudio.session.session import Session

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
INNER = {"test-first"}  # steps of other targets


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_help_names_every_target():
    said = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert [line.split()[1] for line in said.splitlines()] == [
        name for name in re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE) if name not in INNER
    ]
    assert set(phony.split()) == set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_the_public_runner_does_the_same_and_may_only_read():
    flow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    assert flow["permissions"] == {"contents": "read"}
    (job,) = flow["jobs"].values()
    run = [each["commands"] for each in job["strategy"]["matrix"]["include"]]
    assert run[0] == "make demo && make test"
    assert all("permissions" not in each for each in [job, *job["steps"]])
    assert "secrets." not in str(flow)
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+\.\d+\.\d+", each) for each in used)


def test_hooks_run_what_make_lint_runs():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    (repo,) = config["repos"]
    assert repo["repo"] == "local"
    assert [hook["entry"].removesuffix(" --force-exclude") for hook in repo["hooks"]] == [
        line.strip().replace("$(BIN)", ".venv/bin").removesuffix(" --check")
        for line in MAKEFILE.split("\nlint:")[1].split("\n\n")[0].splitlines()[1:]
    ]


def test_every_dependency_is_pinned_to_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = project["dependencies"] + [each for group in project["optional-dependencies"].values() for each in group]

    def plain(name):
        return re.match(r"[\w.-]+", name).group().lower().replace("_", "-")

    lines = (ROOT / "packaging/constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in pins)
    assert {plain(each) for each in asked} <= {plain(line) for line in pins}
    assert len(pins) == len({plain(line) for line in pins})


@pytest.mark.parametrize(
    ("module", "tests"),
    [
        ("maskstudio/core/ops.py", ["tests/core/test_ops.py"]),
        ("maskstudio/api.py", ["tests/test_api.py", "tests/test_api_select.py"]),
        ("maskstudio/ui/panels/adjust.py", ["tests/ui/panels/test_adjust.py"]),
        ("maskstudio/core/nothing.py", []),
    ],
)
def test_a_module_is_mutated_under_its_own_tests(module, tests):
    spec = importlib.util.spec_from_file_location("mutate", ROOT / "packaging/mutate.py")
    mutate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mutate)
    assert mutate.tests_of(Path(module)) == tests


def test_what_contributors_read_about_is_there():
    """Every file that CONTRIBUTING names, but for those it has the reader make; and every verb."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    names = re.findall(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.(?:py|md|svg))\b", text)
    files = {
        file.relative_to(ROOT).as_posix()
        for top in ("maskstudio", "tests", "docs", "resources")
        for file in (ROOT / top).rglob("*")
    }
    made = {"NAME", "tool-patch"}
    missing = {
        name
        for name in names
        if not any(file == name or file.endswith(f"/{name}") for file in files)
        and not any(word in name for word in made)
    }
    assert missing == set()
    session = Session(Runner(post=immediate))
    verbs = set(re.findall(r"\bsession\.([a-z_]+)\.([a-z_]+)\b", text)) - {("py", "")}
    assert verbs
    assert [verb for verb in verbs if not hasattr(getattr(session, verb[0], None), verb[1])] == []


def test_each_citation_of_a_protocol_leads_to_its_place():
    page = (ROOT / "docs/services.md").read_text("utf-8")
    numbers = set(re.findall(r"^#+ (\d+(?:\.\d+)?) ", page, re.MULTILINE))
    here = Path(__file__).resolve()
    texts = {
        file: file.read_text("utf-8")
        for top in ("maskstudio", "tests")
        for file in (ROOT / top).rglob("*.py")
        if file != here
    }
    cited = [
        number
        for text in texts.values()
        for words in re.findall(r"docs/services\.md, ([\d. toand,]+)", text)
        for number in re.findall(r"\d+(?:\.\d+)?", words)
    ]
    assert len(cited) > 20
    assert set(cited) <= numbers
    assert [file.name for file, text in texts.items() if re.search(r"protocol (section|reference)", text)] == []


def test_no_test_imports_ultralytics_unguarded():
    """Its import replaces Pillow's open by one that installs packages; `ultralytics_quiet.ready` puts it back."""
    asked = re.compile(r"importorskip\(['\"]ultralytics|^(?:import|from) ultralytics", re.MULTILINE)
    found = [path.name for path in (ROOT / "tests").rglob("*.py") if asked.search(path.read_text("utf-8"))]
    assert not [name for name in found if name != Path(__file__).name]
