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

# Each room may import the rooms named here, and itself.
FLOOR = {"errors", "names", "spec", "params", "paths", "jobs"}
REMOTE = {"remote_params", "keys", "ledger", "departure", "accounts", "money"}
RULES: dict[str, set[str]] = {
    "names": set(),
    "errors": {"names"},
    "spec": {"errors"},
    "params": {"errors", "spec"},
    "remote_params": {"errors", "spec"},
    "keys": {"errors"},
    "ledger": {"errors", "paths"},
    "money": set(),
    "billing": {"errors", "money"},
    "claims": {*FLOOR, "remote_params", "departure", "ledger", "core", "providers"},
    "buying": {*FLOOR, "departure", "ledger", "providers"},
    "departure": {"spec", "core"},
    "paths": set(),
    "jobs": {"errors", "names"},
    "core": {"errors", "names", "spec", "params", "paths"},
    "matting": {*FLOOR, "core"},
    "providers": {*FLOOR, "remote_params", "departure", "core", "matting"},
    "operations": {*FLOOR, "core", "matting", "providers"},
    "sending": {*FLOOR, "billing", "claims", "departure", "ledger", "core", "matting", "providers", "operations"},
    "journal": {*FLOOR, "core"},
    "merging": set(),
    "settings": {*FLOOR, "merging", "core"},
    "accounts": {"errors", "spec", "remote_params", "providers", "settings"},
    "verbs": {*FLOOR, *REMOTE, "core", "matting", "providers", "operations", "sending", "journal", "settings"}
    | {"billing", "buying", "claims"},
    "session": {"verbs"},
    "streams": {"errors", "names", "core"},
    "recipe": {"errors", "names", "spec", "params", "core"},
    "refining": {*FLOOR, "streams", "core", "matting", "session", "recipe"},
    "doctor": {*FLOOR, "keys", "core", "providers"},
    "group": {"errors"},
    "options": {"errors", "spec", "params", "recipe", "streams"},
    "counts": {"params", "remote_params", "spec"},
    "used": {"errors", "names", "spec", "remote_params", "counts", "core"},
    "remote_cli": {*FLOOR, "streams", *REMOTE, "core", "counts", "used", "session", "settings", "options"},
    "money_cli": {*FLOOR, "streams", *REMOTE, "billing", "buying", "core", "session", "settings", "remote_cli"},
    "cli": {*FLOOR, *REMOTE, "core", "providers", "session", "settings", "doctor", "options", "recipe", "refining"}
    | {"group", "money_cli", "remote_cli", "streams", "used", "ui"},
    "__main__": {"cli", "ui"},
    "ui": {*FLOOR, *REMOTE, "billing", "buying", "counts", "core", "journal", "verbs", "session", "settings"},
}
ONLY_IN = {
    "PySide6": {"ui"},
    "httpx": {"providers"},
    "ultralytics": {"providers"},
    "torch": {"providers"},
    "mediapipe": {"providers"},
    "boto3": {"providers"},
    "eth_account": {"providers"},
    "keyring": {"keys"},
    "rawpy": {"core"},
    "pillow_heif": {"core"},
    "pymatting": {"matting"},
    "typer": {"cli", "group", "options", "remote_cli", "money_cli"},
}


def room_of(file: Path, package: Path) -> str:
    first = file.relative_to(package).parts[0]
    return first.removesuffix(".py")


def imports(file: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}: relative import"
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "maskstudio" else []
    return found


def broken_rules(package: Path) -> list[str]:
    broken = []
    for file in sorted(package.rglob("*.py")):
        if file.name == "__init__.py":
            continue
        room = room_of(file, package)
        for name in imports(file):
            top, *rest = name.split(".")
            if top == "maskstudio" and rest and rest[0] != room and rest[0] not in RULES[room]:
                broken.append(f"{room} imports {rest[0]} in {file.name}")
            if top in ONLY_IN and room not in ONLY_IN[top]:
                broken.append(f"{room} imports {top} in {file.name}")
    return broken


def test_imports_go_down_only():
    assert broken_rules(PACKAGE) == []


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("core/bad.py", "from PySide6 import QtCore", "core imports PySide6 in bad.py"),
        ("core/bad.py", "from maskstudio.session import Session", "core imports session in bad.py"),
        ("ui/bad.py", "from maskstudio import providers", "ui imports providers in bad.py"),
        ("session.py", "def f():\n    import httpx", "session imports httpx in session.py"),
    ],
)
def test_a_broken_rule_is_seen(tmp_path, file, line, complaint):
    target = tmp_path / "maskstudio" / file
    target.parent.mkdir(parents=True)
    target.write_text(line)
    assert complaint in broken_rules(tmp_path / "maskstudio")


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
    assert not loaded_by("import maskstudio.session, maskstudio.cli, maskstudio.doctor", without="PySide6") & HEAVY


def test_help_loads_nothing_heavy():
    code = "import sys; sys.argv[1:] = ['--help']\nfrom maskstudio.cli import run\ntry: run()\nexcept SystemExit: pass"
    assert not loaded_by(code) & (HEAVY | {"PySide6", "cv2"})


def test_the_window_loads_nothing_heavy():
    assert not loaded_by("import maskstudio.ui.window") & HEAVY


# What hands a path to a library in C as text; each has its one place, where a name of any bytes is thought of.
TEXT = {
    r"cv2\.imread\(": {"core/jpeg.py"},  # the system's name for a file that is open
    r"cv2\.imwrite\(": set(),
    r"\b(fromLocalFile|toLocalFile)\(": {"ui/pointers.py"},
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
