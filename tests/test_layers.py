"""The house rules on imports, read from the source; and a test that the test itself sees a broken rule."""

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "maskstudio"

# Each room may import the rooms named here, and itself. A loose module at the top is a room of its own.
FLOOR = {"errors", "names", "figures", "params", "paths", "jobs"}
RULES: dict[str, set[str]] = {
    "names": set(),
    "figures": set(),
    "merging": set(),
    "checks": set(),
    "paths": set(),
    "errors": {"names"},
    "params": {"errors"},
    "jobs": {"errors", "names"},
    "core": {"errors", "names", "params", "paths"},
    "declarations": {"checks", "params"},
    "settings": {"errors", "names", "checks", "declarations", "merging", "params", "paths", "core"},
    "matting": {*FLOOR, "core"},
    "journal": {*FLOOR, "core"},
    "services": {*FLOOR, "core", "settings"},
    "selection": {*FLOOR, "core", "matting"},
    "subject": {*FLOOR, "core", "matting", "selection"},
    "providers": {*FLOOR, "core", "matting", "selection", "subject", "services"},
    "session": {*FLOOR, "core", "matting", "selection", "subject", "journal", "services", "providers", "settings"},
    "cli": {
        *FLOOR,
        "checks",
        "core",
        "matting",
        "selection",
        "subject",
        "services",
        "providers",
        "session",
        "settings",
        "ui.app",
    },
    "api": {
        *FLOOR,
        "core",
        "matting",
        "selection",
        "subject",
        "providers",
    },  # beside the command line; nothing in the house stands on it
    "__main__": {"cli", "ui.app"},
    "ui.bridge": set(),
    "ui.registry": {"figures"},
    "ui.canvas": {"figures", "core"},
    "ui.widgets": {"names", "figures", "params", "paths", "jobs"},
    "ui.keys": {"errors", "names", "paths", "core", "settings", "ui.registry", "ui.widgets"},
    "ui.tools": {*FLOOR, "core", "session", "settings", "ui.canvas", "ui.keys", "ui.widgets"},
    "ui.files": {*FLOOR, "core", "journal", "session", "settings", "ui.widgets"},
    "ui.services": {*FLOOR, "core", "services", "session", "settings", "ui.files", "ui.keys", "ui.widgets"},
    "ui.panels": {*FLOOR, "core", "services", "session", "ui.canvas", "ui.files", "ui.services", "ui.widgets"},
    "ui.models": {*FLOOR, "core", "session", "settings", "ui.files", "ui.widgets"},
    "ui.views": {*FLOOR, "core", "session", "settings", "ui.canvas", "ui.files", "ui.panels", "ui.tools", "ui.widgets"},
    "ui.help": {"errors", "names", "paths", "core", "journal", "ui.keys", "ui.registry", "ui.widgets"},
    "ui.preferences": {*FLOOR, "services", "session", "settings", "ui.keys", "ui.widgets"},
    "ui.window": {*FLOOR, "core", "journal", "session", "settings", "ui.bridge", "ui.canvas", "ui.files", "ui.help"}
    | {
        "ui.keys",
        "ui.models",
        "ui.panels",
        "ui.preferences",
        "ui.registry",
        "ui.services",
        "ui.tools",
        "ui.views",
        "ui.widgets",
    },
    "ui.app": {"names", "paths", "services", "settings", "ui.widgets", "ui.window"},
}
ONLY_IN = {
    "PySide6": {room for room in RULES if room.startswith("ui.")},
    "httpx": {"providers"},
    "ultralytics": {"providers"},
    "torch": {"providers"},
    "mediapipe": {"providers"},
    "boto3": {"providers"},
    "eth_account": {"providers"},
    "keyring": {"services"},
    "rawpy": {"core"},
    "pillow_heif": {"core"},
    "pymatting": {"matting"},
    "typer": {"cli"},
}


def room_of(name: str) -> str:
    """The room of a module, ``ui`` being a house of rooms: "core", "ui.panels"; "" for the package itself."""
    parts = name.removeprefix("maskstudio").strip(".").split(".")
    return ".".join(parts[:2]) if parts[0] == "ui" else parts[0]


def imports(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}: relative import"
            found.append(node.module)
            whole = node.module in {"maskstudio", "maskstudio.ui"}
            found += [f"{node.module}.{alias.name}" for alias in node.names] if whole else []
    return found


def broken_rules(package: Path) -> list[str]:
    broken = []
    for file in sorted(package.rglob("*.py")):
        if file.name == "__init__.py":
            continue
        room = room_of(".".join(file.relative_to(package).with_suffix("").parts))
        for name in imports(file):
            top, *rest = name.split(".")
            other = room_of(name)
            if top == "maskstudio" and rest and other not in {room, "ui"} and other not in RULES[room]:
                broken.append(f"{room} imports {other} in {file.name}")
            if top in ONLY_IN and room not in ONLY_IN[top]:
                broken.append(f"{room} imports {top} in {file.name}")
    return broken


def test_imports_go_down_only():
    assert broken_rules(PACKAGE) == []


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("core/bad.py", "from PySide6 import QtCore", "core imports PySide6 in bad.py"),
        ("core/bad.py", "from maskstudio.session.session import Session", "core imports session in bad.py"),
        ("ui/panels/bad.py", "from maskstudio import providers", "ui.panels imports providers in bad.py"),
        ("ui/panels/bad.py", "from maskstudio.ui.window import window", "ui.panels imports ui.window in bad.py"),
        ("ui/canvas/bad.py", "from maskstudio.ui import panels", "ui.canvas imports ui.panels in bad.py"),
        ("ui/widgets/bad.py", "from maskstudio.session.session import Session", "ui.widgets imports session in bad.py"),
        ("ui/keys/bad.py", "from maskstudio.ui.panels import layers", "ui.keys imports ui.panels in bad.py"),
        ("ui/registry/bad.py", "import maskstudio.ui.keys.keymap", "ui.registry imports ui.keys in bad.py"),
        ("session/bad.py", "def f():\n    import httpx", "session imports httpx in bad.py"),
        ("session/bad.py", "from maskstudio import api", "session imports api in bad.py"),
        ("api.py", "from maskstudio.ui.app import create_window", "api imports ui.app in api.py"),
    ],
)
def test_a_broken_rule_is_seen(tmp_path, file, line, complaint):
    target = tmp_path / "maskstudio" / file
    target.parent.mkdir(parents=True)
    target.write_text(line)
    assert complaint in broken_rules(tmp_path / "maskstudio")


def module_graph(package: Path) -> dict[str, set[str]]:
    """Which modules each module of the package imports anywhere in it: at the top, in a function, for types alone."""
    modules = {}
    for file in package.rglob("*.py"):
        parts = (package.name, *file.relative_to(package).with_suffix("").parts)
        modules[".".join(parts).removesuffix(".__init__")] = file
    graph: dict[str, set[str]] = {}
    for module, file in modules.items():
        named = set()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                named |= inner & modules.keys() or {node.module}
        graph[module] = named & modules.keys() - {module}
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The sets of modules each of which leads, by whatever way, to all others of its set."""
    reached = {}
    for module in graph:
        seen, ahead = set(), [module]
        while ahead:
            new = graph[ahead.pop()] - seen
            seen |= new
            ahead += new
        reached[module] = seen
    round_trips = {
        frozenset({other for other in reached[module] if module in reached[other]})
        for module in graph
        if module in reached[module]
    }
    return sorted(sorted(each) for each in round_trips)


def test_no_module_leads_back_to_itself():
    graph = module_graph(PACKAGE)
    assert len(graph) > 300
    assert circles(graph) == []


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a.py": "import maskstudio.b", "b.py": "import maskstudio.c", "c.py": ""}, []),
        (
            {"a.py": "from maskstudio.b import x", "b.py": "from maskstudio import c", "c.py": "import maskstudio.a"},
            "abc",
        ),
        ({"a.py": "from maskstudio import b", "b.py": "def f():\n    from maskstudio.a import x"}, "ab"),
        (
            {"a.py": "import maskstudio.b", "b.py": "if TYPE_CHECKING:\n    from maskstudio.a import x", "c.py": ""},
            "ab",
        ),
        ({"a.py": "import maskstudio.b", "b.py": "import maskstudio.c", "c.py": "import maskstudio.b"}, "bc"),
    ],
)
def test_a_circle_is_seen(tmp_path, files, found):
    package = tmp_path / "maskstudio"
    package.mkdir()
    for name, text in files.items():
        (package / name).write_text(text)
    assert circles(module_graph(package)) == ([[f"maskstudio.{name}" for name in found]] if found else [])


def test_init_files_are_empty():
    assert [file for file in PACKAGE.rglob("__init__.py") if file.read_text().strip()] == []


def loaded_by(code: str, *, without: str = "") -> set[str]:
    """Top-level modules in a fresh interpreter after ``code``; importing ``without`` raises there."""
    block = f"import sys; sys.modules[{without!r}] = None\n" if without else ""
    script = f"{block}{code}\nimport sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in run.stdout.splitlines()[-1].split()}


HEAVY = {"scipy", "torch", "torchvision", "ultralytics", "mediapipe", "pymatting", "numba", "jax", "onnxruntime"}
HEAVY |= {"httpx", "boto3", "keyring", "eth_account", "rawpy", "pillow_heif"}


def test_the_session_loads_nothing_heavy_and_needs_no_qt():
    assert (
        not loaded_by("import maskstudio.session.session, maskstudio.cli.app, maskstudio.cli.doctor", without="PySide6")
        & HEAVY
    )


def test_help_loads_nothing_heavy():
    code = (
        "import sys; sys.argv[1:] = ['--help']\nfrom maskstudio.cli.app import run\ntry: run()\nexcept SystemExit: pass"
    )
    assert not loaded_by(code) & (HEAVY | {"PySide6", "cv2"})


def test_the_functions_for_scripts_load_nothing_heavy():
    assert not loaded_by("import maskstudio.api", without="PySide6") & (HEAVY | {"cv2"})


def test_the_window_loads_nothing_heavy():
    assert not loaded_by("import maskstudio.ui.window.window") & HEAVY


# What hands a path to a library in C as text; each has its one place, where a name of any bytes is thought of.
TEXT = {
    r"cv2\.imread\(": {"core/jpeg.py"},  # the system's name for a file that is open
    r"cv2\.imwrite\(": set(),
    r"\b(fromLocalFile|toLocalFile)\(": {"ui/files/file_urls.py"},
    r"\b(QIcon|QImage|QImageReader|QPixmap|QFile|QDir|QMovie|QSvgRenderer)\((str|os)\b": set(),
    r"np\.fromfile\(|\.tofile\(": set(),
}


def test_no_path_reaches_a_library_as_text():
    for file in sorted(PACKAGE.rglob("*.py")):
        name, text = file.relative_to(PACKAGE).as_posix(), file.read_text("utf-8")
        for pattern, places in TEXT.items():
            assert name in places or not re.search(pattern, text), f"{name}: {pattern}"


@pytest.mark.skipif("MASKSTUDIO_TEST_WITHOUT_QT" not in os.environ, reason="Qt is only blocked by `make test`")
def test_these_tests_run_with_qt_out_of_reach():
    with pytest.raises(ImportError):
        importlib.import_module("PySide6.QtCore")


# Kinds of verbs of a session know the desk and nothing of each other.


def kinds_of_verbs(session: Path) -> set[str]:
    """The modules that a session is made of, but for the desk."""
    return {name for name in imports(session / "session.py") if name.startswith("maskstudio.session.")} - {
        "maskstudio.session.desk"
    }


def verbs_that_know_each_other(package: Path) -> list[str]:
    kinds = kinds_of_verbs(package / "session")
    return [
        f"{file.name} imports {name}"
        for file in sorted((package / "session").glob("*.py"))
        if file.name != "session.py"
        for name in [*imports(file), *_named(file)]
        if name in kinds
    ]


def _named(file: Path) -> list[str]:
    """What is imported as ``from maskstudio.session import name``."""
    return [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "maskstudio.session"
        for alias in node.names
    ]


def test_no_kind_of_verb_knows_another():
    assert len(kinds_of_verbs(PACKAGE / "session")) > 10
    assert verbs_that_know_each_other(PACKAGE) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("edging.py", "from maskstudio.session.painting import Painting"),
        ("edging.py", "def f():\n    from maskstudio.session import painting"),
        ("desk.py", "import maskstudio.session.painting"),
    ],
)
def test_verbs_that_know_each_other_are_seen(tmp_path, file, line):
    session = tmp_path / "session"
    session.mkdir()
    lines = [f"from maskstudio.session.{name} import {name.title()}" for name in ("desk", "edging", "painting")]
    (session / "session.py").write_text("\n".join(lines))
    assert verbs_that_know_each_other(tmp_path) == []
    (session / file).write_text(line)
    assert verbs_that_know_each_other(tmp_path) == [f"{file} imports maskstudio.session.painting"]
