"""What each action does: the id of an action and the verb of the window, its session or a panel behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, get_args

from maskstudio import settings as stored
from maskstudio.ui.canvas.scene import MODES
from maskstudio.ui.help.about import show_about
from maskstudio.ui.tools.base import said
from maskstudio.ui.widgets.handover import hand_over
from maskstudio.ui.widgets.icons import SAMPLE, resource
from maskstudio.ui.window import asking, undoing

if TYPE_CHECKING:
    from maskstudio.session.session import Session
    from maskstudio.ui.window.window import MainWindow

Verbs = dict[str, Callable[[], object]]
_UNDOING = {"edit.undo", "edit.redo", "edit.toggleState"}  # they ask the tools themselves
_ALOOF = {*_UNDOING, "edit.cancelJobs", "edit.commands", "edit.preferences", "edit.keys", "edit.transform"}


def verbs(window: MainWindow) -> Verbs:
    """Every verb by the id of its action. The session is looked up when the verb is used: it is that of the tab."""
    made = {**_file(window), **_edit(window), **_select(window), **_layer(window), **_view(window), **_other(window)}
    return {name: _prepared(window, name, verb) for name, verb in made.items()}


def _prepared(window: MainWindow, name: str, verb: Callable[[], object]) -> Callable[[], object]:
    if _ends(name):
        return partial(_ended, window, verb)
    return partial(_entered, verb) if name.startswith("file.") else verb


def _ends(name: str) -> bool:
    """Whether this is about the document: what a tool has under way ends before it."""
    return name.startswith(("edit.", "select.", "mask.", "layer.")) and name not in _ALOOF


def _ended(window: MainWindow, verb: Callable[[], object]) -> None:
    window.tools.end()
    _entered(verb)


def _entered(verb: Callable[[], object]) -> None:
    """Have what is being typed count before anything is made of the document."""
    hand_over()
    verb()


def _file(window: MainWindow) -> Verbs:
    files = window.files
    return {
        "file.open": files.ask_open,
        "file.sample": lambda: window.open(resource(SAMPLE)),
        "file.importMask": files.import_mask,
        "file.export": lambda: files.export(window.export_panel.params()),
        "file.exportAgain": lambda: files.export_again(window.export_panel.params()),
        "file.exportMask": lambda: files.export_mask(window.export_panel.params()),
        "file.addModel": files.add_model,
        "file.close": files.close,
        **window.safety.verbs(),
        **window.closed.verbs(),
        "file.quit": window.close,
    }


def _edit(window: MainWindow) -> Verbs:
    return {
        "edit.undo": lambda: undoing.undo(window.tools, window.session),
        "edit.redo": lambda: undoing.redo(window.tools, window.session),
        "edit.toggleState": lambda: undoing.toggle(window.tools, window.session),
        "edit.copy": lambda: window.exchange.copy(window.export_panel.params(), merged=False),
        "edit.copyMerged": lambda: window.exchange.copy(window.export_panel.params(), merged=True),
        "edit.paste": window.exchange.paste,
        "edit.pasteMask": window.exchange.paste_mask,
        "edit.clear": lambda: window.session.clear(),
        "edit.fill": lambda: window.session.fill(),
        "edit.cancelJobs": window.cancel_jobs,
    }


def _select(window: MainWindow) -> Verbs:
    return {
        "select.detect": lambda: window.detect_panel.detect(),
        "select.subject": lambda: window.detect_panel.remove_background(),
        "select.refine": lambda: window.refine_panel.refine(),
        "select.all": lambda: window.session.fill(),
        "select.none": lambda: window.session.clear(),
        "mask.invert": lambda: window.session.invert(),
        "mask.reset": lambda: window.session.reset_paint(),
        "mask.fixFringe": lambda: window.session.fix_fringe(window.canvas.visible),
        "mask.importTrimap": window.files.import_trimap,
        "mask.matchPlate": lambda: window.files.match("plate"),
        "mask.matchSecond": lambda: window.files.match("second"),
        "mask.clearTrimap": lambda: clear_trimap(window.session),
    }


def _layer(window: MainWindow) -> Verbs:
    return {
        "layer.new": lambda: window.session.add_layer(),
        "layer.duplicate": lambda: _with_active(window.session, window.session.duplicate),
        "layer.mergeDown": lambda: _with_active(window.session, window.session.merge_down),
        "layer.solo": lambda: toggle_solo(window.session),
        "layer.visible": lambda: toggle_visible(window.session),
        "layer.up": lambda: move_layer(window.session, 1),
        "layer.down": lambda: move_layer(window.session, -1),
        "layer.delete": lambda: _with_active(window.session, window.session.delete),
    }


def _view(window: MainWindow) -> Verbs:
    canvas = window.canvas
    return {
        **{f"view.{mode}": partial(window.show_mode, mode) for mode in MODES},
        "view.overlay": lambda: window.show_mode("image" if window.mode == "overlay" else "overlay"),
        "view.worst": lambda: window.show_mode(window.mode_before if window.mode == "worst" else "worst"),
        "view.image": lambda: window.show_mode(window.mode_before if window.mode == "image" else "image"),
        "view.mask": lambda: window.show_mode(window.mode_before if window.mode == "mask" else "mask"),
        "view.nextMode": lambda: window.show_mode(MODES[(MODES.index(window.mode) + 1) % len(MODES)]),
        "view.previousMode": lambda: window.show_mode(MODES[MODES.index(window.mode) - 1]),
        "view.fit": canvas.fit,
        "view.actual": canvas.actual_pixels,
        "view.zoomIn": canvas.zoom_in,
        "view.zoomOut": canvas.zoom_out,
        "view.zoom200": partial(canvas.zoom_to, 2.0),
        "view.zoom400": partial(canvas.zoom_to, 4.0),
        "view.zoom800": partial(canvas.zoom_to, 8.0),
        **window.viewing.verbs(),
    }


def _other(window: MainWindow) -> Verbs:
    themes = {f"window.{name}": partial(window.show_theme, name) for name in get_args(stored.Theme)}
    return {
        "window.nextTab": lambda: window.tabs.step(1),
        "window.previousTab": lambda: window.tabs.step(-1),
        "help.about": lambda: show_about(window),
        **window.habits.verbs(),
        **window.tools.verbs(),
        **asking.verbs(window),
        **themes,
    }


def _with_active(session: Session, verb: Callable[[int], object]) -> None:
    if layer := session.active:
        verb(layer.id)


def clear_trimap(session: Session) -> None:
    """Take what was painted into the active layer's trimap away."""
    if (layer := session.active) and (document := session.document):
        if layer.hints is None:
            session.told(said("Nothing was painted into the trimap of {}.").format(document.called(layer)))
        session.clear_hints(layer.id)


def toggle_visible(session: Session) -> None:
    """Show or hide the active layer."""
    if layer := session.active:
        session.set_visible(layer.id, not layer.visible)


def toggle_solo(session: Session) -> None:
    """Let the active layer alone count, or all again."""
    if (layer := session.active) and session.document:
        session.set_solo(None if session.document.solo == layer.id else layer.id)


def move_layer(session: Session, by: int) -> None:
    """Move the active layer up (1) or down (-1)."""
    document, layer = session.document, session.active
    if document and layer:
        session.move(layer.id, document.layers.index(layer) + by)
