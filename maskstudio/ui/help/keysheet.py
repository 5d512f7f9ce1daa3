"""The sheet of all keys as data, as text and as a page for a browser."""

from collections.abc import Collection
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import QCoreApplication

from maskstudio.ui.keys.keymap import Keymap, shown
from maskstudio.ui.keys.presets import SIZED_BY_SHIFT, TITLES
from maskstudio.ui.registry.entry import Entry
from maskstudio.ui.registry.table import ACTIONS, with_keys

_RUNS = ("brush.opacity", "brush.flow")  # ten actions on a row of keys share one row of the sheet
_STYLE = """
body { font: 10.5pt/1.35 system-ui, sans-serif; margin: 2rem; color: #1c1c1c; background: #fff; }
h1 { font-size: 16pt; margin: 0 0 .2rem; } p { color: #575757; margin: 0 0 1.2rem; }
main { columns: 20rem; column-gap: 2.5rem; }
section { break-inside: avoid-column; margin-bottom: 1.2rem; }
h2 { font-size: 11pt; margin: 0 0 .3rem; border-bottom: 1px solid #bdbdbd; padding-bottom: .15rem; }
dl { display: grid; grid-template-columns: 1fr auto; gap: .15rem .8rem; margin: 0; }
dt { break-inside: avoid; } dd { margin: 0; text-align: right; }
kbd { font: inherit; font-size: 9pt; border: 1px solid #bdbdbd; border-radius: 3px; padding: 0 .35em; }
kbd { white-space: nowrap; }
@media print { body { margin: 0; font-size: 8.5pt; } main { columns: 3; } }
"""


def _tr(text: str) -> str:
    return QCoreApplication.translate("sheet", text)


@dataclass(frozen=True, slots=True)
class Row:
    """An action, and the keys or gestures that do it."""

    text: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetSection:
    """The rows of a menu, or of gestures, whose ``keys`` are words."""

    title: str
    rows: tuple[Row, ...]
    words: bool = False


def sections(keymap: Keymap, present: Collection[str]) -> list[SheetSection]:
    """The actions in ``present`` (ids) that have keys, by menu; then the gestures of the pointer."""
    menus = dict.fromkeys(spec.menu for spec in ACTIONS)
    made = [SheetSection(_word(menu), _rows(menu, keymap, present)) for menu in menus]
    gestures = tuple(Row(text, (keys,)) for text, keys in _gestures(keymap))
    pointer = SheetSection(_tr("Pointer and fields"), gestures, words=True)
    return [section for section in (*made, pointer) if section.rows]


def as_text(found: list[SheetSection], keymap: Keymap) -> str:
    """The sheet in plain text, keys in a column."""
    width = max(len(row.text) for section in found for row in section.rows) + 2
    lines = [_title(keymap), ""]
    for section in found:
        lines += [section.title, "-" * len(section.title)]
        lines += [f"{row.text:<{width}}{',  '.join(row.keys)}" for row in section.rows]
        lines.append("")
    return "\n".join(lines)


def as_html(found: list[SheetSection], keymap: Keymap) -> str:
    """The sheet as a page of HTML in columns, fit to print."""
    parts = [
        f"<!doctype html><html><head><meta charset='utf-8'><title>{escape(_title(keymap))}</title>",
        f"<style>{_STYLE}</style></head><body><h1>maskstudio</h1><p>{escape(_title(keymap))}</p><main>",
    ]
    for section in found:
        rows = "".join(f"<dt>{escape(row.text)}</dt><dd>{_caps(row)}</dd>" for row in section.rows)
        parts.append(f"<section><h2>{escape(section.title)}</h2><dl>{rows}</dl></section>")
    return "\n".join([*parts, "</main></body></html>"])


def _title(keymap: Keymap) -> str:
    title = _tr("Keys of maskstudio, {} set").format(TITLES[keymap.preset])
    return _tr("{}, changed by you").format(title) if keymap.own else title


def _caps(row: Row) -> str:
    return " ".join(f"<kbd>{escape(key)}</kbd>" for key in row.keys)


def _rows(menu: str, keymap: Keymap, present: Collection[str]) -> tuple[Row, ...]:
    """The rows of a menu: every action with keys, and one row for each run of ten on the digits."""
    rows: list[Row] = []
    for spec in (spec for spec in with_keys(present) if spec.menu == menu):
        keys = tuple(dict.fromkeys(shown(key) for key in keymap.keys(spec.id) if key != "Shift+?"))
        run = next((name for name in _RUNS if spec.id.startswith(name)), "")
        if run and keys:
            if spec.id == f"{run}10":
                rows.append(Row(_tr("{} 10 … 100 %").format(_word(spec.submenu)), (_run(run, keymap),)))
        elif keys:
            rows.append(Row(_name(spec), keys))
    return tuple(rows)


def _run(name: str, keymap: Keymap) -> str:
    first, last = keymap.keys(f"{name}10"), keymap.keys(f"{name}100")
    return " … ".join(shown(keys[0]) for keys in (first, last) if keys)


def _name(spec: Entry) -> str:
    return _word(spec.text).removesuffix("…")


def _word(text: str) -> str:
    return QCoreApplication.translate("actions", text)


def _gestures(keymap: Keymap) -> list[tuple[str, str]]:
    """What the pointer does, and the gesture that does it; how a brush is sized depends on the set of keys."""
    by_shift = keymap.preset in SIZED_BY_SHIFT
    sizes = _tr("Shift + drag, Alt + right drag") if by_shift else _tr("Alt + right drag")
    return [
        (_tr("Zoom at the pointer"), _tr("wheel, pinch, Ctrl + wheel")),
        (_tr("Zoom with a click"), _tr("Ctrl + Space, with Alt out")),
        (_tr("Pan"), _tr("Space + drag, middle drag, arrow keys")),
        (_tr("Pan sideways"), _tr("Shift + wheel")),
        (_tr("Paint the opposite"), _tr("hold Alt or ~, or the right button")),
        (_tr("Straight line"), _tr("Shift + click")),
        (_tr("Size and hardness of the brush"), sizes),
        (_tr("Photo alone"), _tr("hold `")),
        (_tr("Choose a layer"), _tr("click its number or box with Hand or Move")),
        (_tr("Rename a layer"), _tr("double click in the list")),
        (_tr("Show or hide a layer"), _tr("click its eye, Space in the list")),
        (_tr("Change a number"), _tr("drag its name, Up and Down; Shift for ten steps")),
        (_tr("Default of a number"), _tr("double click its name")),
    ]
