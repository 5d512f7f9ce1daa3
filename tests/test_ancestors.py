"""Parts are put together rather than inherited: how many classes of our own may stand behind one."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "maskstudio"
MOST = 4  # classes of ours in a line, the last one included: BrushTool, PaintTool, Stroking, Tool
IN_ROOM = {"ui/canvas": 2}  # the canvas arranges parts, so none of these needs more than one above it


def lines_of_descent(package: Path) -> dict[str, tuple[str, int]]:
    """For each class of the package: the folder of its file, and how many classes of ours are in its longest line."""
    folders, bases = {}, {}
    for file in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                folders[node.name] = file.parent.relative_to(package).as_posix()
                bases[node.name] = [ast.unparse(base).split("[")[0].split(".")[-1] for base in node.bases]

    def depth(name: str) -> int:
        return 1 + max((depth(base) for base in bases[name] if base in bases and base != name), default=0)

    return {name: (folder, depth(name)) for name, folder in folders.items()}


def too_deep(package: Path) -> dict[str, int]:
    found = lines_of_descent(package)
    return {
        name: depth
        for name, (folder, depth) in found.items()
        if folder.startswith("ui/") and depth > IN_ROOM.get(folder, MOST)
    }


def test_no_class_of_the_window_stands_on_many_of_ours():
    assert too_deep(PACKAGE) == {}


@pytest.mark.parametrize(
    ("folder", "text", "found"),
    [
        ("ui/canvas", "class A(QWidget): ...\nclass B(A): ...", {}),
        ("ui/canvas", "class A(QWidget): ...\nclass B(A): ...\nclass C(x.B[int]): ...", {"C": 3}),
        ("ui/tools", "class A: ...\nclass B(A): ...\nclass C(B): ...\nclass D(C): ...\nclass E(D): ...", {"E": 5}),
        ("core", "class A: ...\nclass B(A): ...\nclass C(B): ...\nclass D(C): ...\nclass E(D): ...", {}),
    ],
)
def test_a_long_line_is_seen(tmp_path, folder, text, found):
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "some.py").write_text(text)
    assert too_deep(tmp_path) == found
