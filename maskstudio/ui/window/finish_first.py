"""What is under way when a verb is used is finished first: what is being typed, and what a tool has begun."""

from collections.abc import Callable, Mapping

from maskstudio.ui.widgets.typed_text import hand_over

Verb = Callable[[], object]
_UNDOING = {"edit.undo", "edit.redo", "edit.toggleState"}  # they ask the tools themselves
_ALOOF = {*_UNDOING, "edit.cancelJobs", "edit.commands", "edit.preferences", "edit.keys", "edit.transform"}


def finishing(verbs: Mapping[str, Verb], end_tool: Verb) -> dict[str, Verb]:
    """The verbs, by the id of their action, as they are to be used. ``end_tool`` ends what a tool has under way."""
    return {name: _prepared(name, verb, end_tool) for name, verb in verbs.items()}


def _prepared(name: str, verb: Verb, end_tool: Verb) -> Verb:
    """The verb with what comes before it; as it is, where it is neither about the document nor its file."""

    def ended() -> None:
        end_tool()
        entered()

    def entered() -> None:  # what is being typed counts before anything is made of the document
        hand_over()
        verb()

    if _about_document(name):
        return ended
    return entered if name.startswith("file.") else verb


def _about_document(name: str) -> bool:
    return name.startswith(("edit.", "select.", "mask.", "layer.")) and name not in _ALOOF
