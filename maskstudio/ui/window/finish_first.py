"""Verbs that first finish what is under way: text being typed, and the work of a tool."""

from collections.abc import Callable, Mapping

from maskstudio.ui.widgets.typed_text import hand_over

Verb = Callable[[], object]
_UNDOING = {"edit.undo", "edit.redo", "edit.toggleState"}  # these ask the tools themselves
_ALOOF = {*_UNDOING, "edit.cancelJobs", "edit.commands", "edit.preferences", "edit.keys", "edit.transform"}


def finishing(verbs: Mapping[str, Verb], end_tool: Verb, take_shown: Verb) -> dict[str, Verb]:
    """The verbs, by the id of their action, made to finish first.

    ``end_tool`` ends the work of a tool; ``take_shown`` only puts what it shows as a result into the document, so that
    it is in what is written.
    """
    return {name: _prepared(name, verb, end_tool, take_shown) for name, verb in verbs.items()}


def _prepared(name: str, verb: Verb, end_tool: Verb, take_shown: Verb) -> Verb:
    """The verb with what it finishes first; unchanged if it concerns neither the document nor its file."""

    def ended() -> None:
        end_tool()
        entered()

    def entered() -> None:  # typed text is entered before the verb uses the document
        hand_over()
        verb()

    def written() -> None:
        take_shown()
        entered()

    if _about_document(name):
        return ended
    return written if name.startswith("file.") else verb


def _about_document(name: str) -> bool:
    return name.startswith(("edit.", "select.", "mask.", "layer.")) and name not in _ALOOF
