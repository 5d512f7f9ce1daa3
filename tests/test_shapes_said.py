"""Public functions below the window that take or return arrays state the shape: by the name of a kind that
``core/arrays.py`` describes, or in the docstring of the function or its class. Long functions say what they do.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "maskstudio"
FILES = sorted(PACKAGE.rglob("*.py"))
BELOW = [file for file in FILES if (PACKAGE / "ui") not in file.parents]

# The kinds of core/arrays.py that have one shape, and those that leave it to whoever uses them.
TELLING = {"Plane", "DeepPlane", "Alpha", "Coverage", "Opacity", "Pixels", "Pixels8", "ColourTile"}
TELLING |= {"Indices", "Labels", "Distances", "Matrix", "Points"}
VAGUE = {"Bytes", "Colours", "Real", "Double", "Integers", "Flags", "SameArray", "NDArray", "ndarray", "ArrayLike"}

# A shape in words: (H, W), (H, W, 3), (N,), (n, f, 3), (rect.height, rect.width), (..., 3), but no point (x, y).
_SIDE = r"(?:[A-WZa-wz]|\d+(?: to \d+)?|\.\.\.|…|rect\.height|rect\.width|height|width \* pixel|width|channels)"
SHAPE = re.compile(rf"\((?!width, height){_SIDE}(?:\[?, {_SIDE}\]?)+\)|\({_SIDE},\)|\(\.\.\.\)")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def public_functions(file: Path) -> Iterator[tuple[Function, str]]:
    """Each public function and method of a public class, with the docstring of that class."""
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node, ""
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            about = ast.get_docstring(node) or ""
            for each in node.body:
                if isinstance(each, Function) and (not each.name.startswith("_") or each.name == "__init__"):
                    yield each, about


def kinds(function: Function) -> set[str]:
    """The kinds of arrays that it takes or gives."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    said = [node for node in (*(each.annotation for each in every), function.returns) if node]
    words = set(re.findall(r"\w+", " ".join(ast.unparse(node) for node in said)))
    return words & (TELLING | VAGUE)


def silent(file: Path) -> list[str]:
    """The functions that leave open what shape they mean."""
    return [
        f"{file.name}: {function.name}"
        for function, about in public_functions(file)
        if kinds(function) & VAGUE and not SHAPE.search(about + " " + (ast.get_docstring(function) or ""))
    ]


def wordless(file: Path) -> list[str]:
    """Functions of more than ten lines that say nothing of what they do."""
    return [
        f"{file.name}: {node.name}"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno >= 10 and not ast.get_docstring(node)
    ]


def test_shapes_are_said():
    assert [each for file in BELOW for each in silent(file)] == []


def test_long_functions_say_what_they_do():
    assert [each for file in FILES for each in wordless(file)] == []


def test_silence_is_heard(tmp_path):
    file = tmp_path / "bad.py"
    file.write_text(
        'def a(x: Real) -> Plane:\n    """Blurs it."""\n'
        'def b(x: Real) -> Plane:\n    """Blurs it, (H, W, 3)."""\n'
        'def c(x: Plane) -> Plane:\n    """Blurs it."""\n'
        'class D:\n    """Of (N, 2)."""\n    def e(self) -> Real:\n        """All."""\n'
        "class F:\n    def g(self) -> npt.NDArray[Any]: ...\n    def _h(self) -> Real: ...\n"
    )
    assert silent(file) == ["bad.py: a", "bad.py: g"]
    file.write_text("def _long():\n" + "    work()\n" * 10 + "def _short():\n" + "    work()\n" * 9)
    assert wordless(file) == ["bad.py: _long"]
