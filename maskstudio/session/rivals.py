"""Verbs for a service's answer beside a local answer."""

from maskstudio.session.beside import Pair, pairs, shown
from maskstudio.session.desk import Desk


class RivalVerbs:
    """Compares two answers to one question, of which one is visible."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def pair(self) -> Pair | None:
        """Ids of the layers of a service's answer, and of the local answer beside it; None if there is no such pair.

        The pair that holds the active layer comes first, otherwise the newest.
        """
        document = self._desk.document
        if document is None:
            return None
        known = pairs(document)
        mine = [pair for pair in known if document.active in pair[0] + pair[1]]
        return (mine or known)[-1] if known else None

    def blink(self) -> None:
        """Show the local answer instead of the service's, or the other way round. Consecutive calls are one step."""
        document, pair = self._desk.required(), self.pair
        if pair is None:
            self._desk.told("There is no answer of a service beside a local one.")
            return
        visible = {layer.id: layer.visible for layer in document.layers}
        front, back = pair if not any(visible[number] for number in pair[0]) else pair[::-1]
        self._desk.commit(shown(document, front, back).changed(active=front[0]), "Blink", "blink")
