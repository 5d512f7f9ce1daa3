"""A word means one thing in the house: no two classes, kinds of values or sets of words have one public name, and no
two files have one name but where both are about the same thing, seen from two floors.
"""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "maskstudio"

# Names that may stand in two places, and why.
TWICE = {
    "Side": "what an overlay tints: the canvas draws it, the settings remember it, and neither may know the other",
    "Candidate": "an answer of a selector: of tiles in the house, of one array for scripts",
    "Selector": "what gives those answers: a contract in the house, a class that scripts can rely on",
}
# Rooms whose own names are still being settled.
REBUILT: tuple[str, ...] = ()

# Files of one name, each time about one subject: what it is below, and its tool, panel, page, menu or command above.
ONE_SUBJECT = {
    *("brush.py", "fill.py", "gradient.py", "wand.py", "area.py", "tools.py"),  # what a tool does, and the tool
    "colourrange.py",  # likewise
    *("adjust.py", "edge.py", "halo.py", "history.py", "jobs.py", "layers.py", "ledger.py", "mask.py", "refine.py"),
    *("spill.py", "thumbnail.py", "services.py", "files.py", "layer.py", "band.py"),  # what there is, and what shows it
    *("shapes.py", "fields.py"),  # the general, and what one room adds to it
    "options.py",  # of commands, and of views
    *("adobe.py", "alibaba.py", "hosting.py", "runware.py", "server402.py"),  # a service's parameters, client and facts
    "app.py",  # the program in the terminal, and in the window
    "base.py",  # what every service builds on, and every tool
    "local.py",  # on this machine: the parameters, and the models
    "subject.py",  # what is known of a subject, and what finds it on this machine
    "models.py",  # the models on this machine: their commands, and the list of them
    "window.py",  # the window, and the menu of that name
}


def declared(file: Path) -> set[str]:
    """Public top-level classes and aliases of types: names in CamelCase that are no TypeVar."""
    found = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign) and "TypeVar(" not in ast.unparse(node.value):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return {name for name in found if name[0].isupper() and not name.isupper()}


def declared_twice(package: Path) -> dict[str, list[str]]:
    """Where each public name that is declared more than once is declared."""
    places = defaultdict(list)
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(package).as_posix()
        for name in declared(file) if not place.startswith(REBUILT) else ():
            places[name].append(place)
    return {name: files for name, files in places.items() if len(files) > 1}


def test_a_name_is_declared_once():
    assert {name: files for name, files in declared_twice(PACKAGE).items() if name not in TWICE} == {}


def test_every_exception_is_one():
    assert set(TWICE) <= set(declared_twice(PACKAGE))


@pytest.mark.parametrize(
    "again", ["class Plane: ...", "Plane = npt.NDArray[np.uint8]", 'Plane = Literal["in", "out"]', "Plane: Any = int"]
)
def test_a_second_one_is_seen(tmp_path, again):
    (tmp_path / "arrays.py").write_text("Plane = npt.NDArray[np.uint8]\nPLANE = 1\nP = TypeVar('P')\n")
    (tmp_path / "other.py").write_text(f"{again}\nPLANE = 2\nP = TypeVar('P')\n_Plane = int\n")
    assert declared_twice(tmp_path) == {"Plane": ["arrays.py", "other.py"]}


def test_files_of_one_name_are_about_one_subject():
    places = defaultdict(list)
    for file in sorted(PACKAGE.rglob("*.py")):
        places[file.name].append(file.relative_to(PACKAGE).as_posix())
    known = {*ONE_SUBJECT, "__init__.py"}
    again = {name: files for name, files in places.items() if len(files) > 1 and name not in known}
    assert again == {}, "give one of these another name or, where both are about one subject, list it in ONE_SUBJECT"


# Kinds of arrays that mean something in their one file only.
AT_HOME = {
    "core/cutout.py: Selected",  # which pixels of a picture are asked for: rows, or places
    "ui/canvas/tints.py: Table",  # a colour of the screen for each of 256 values
}


def test_kinds_of_arrays_are_named_in_one_file():
    found = set()
    for file in sorted(PACKAGE.rglob("*.py")):
        place = file.relative_to(PACKAGE).as_posix()
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and "NDArray[" in ast.unparse(node.value):
                found |= {f"{place}: {ast.unparse(each)}" for each in node.targets}
    assert {each for each in found if not each.startswith(("core/arrays.py", *REBUILT))} <= AT_HOME
