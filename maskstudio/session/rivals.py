"""Verbs on the answer of a service that stands beside a local one."""

from maskstudio.session.beside import Pair, pairs, shown
from maskstudio.session.desk import Desk


class RivalVerbs:
    """Two answers to one question, of which one shows."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def pair(self) -> Pair | None:
        """Ids of the layers of a service's answer, and of the local one beside which it was put; None without both.

        That of the active layer, or else the newest.
        """
        document = self._desk.document
        if document is None:
            return None
        known = pairs(document)
        mine = [pair for pair in known if document.active in pair[0] + pair[1]]
        return (mine or known)[-1] if known else None

    def blink(self) -> None:
        """Show the local answer in place of the service's, or the other way round. A run of blinks is one step."""
        document, pair = self._desk.required(), self.pair
        if pair is None:
            self._desk.told("There is no answer of a service beside a local one.")
            return
        visible = {layer.id: layer.visible for layer in document.layers}
        front, back = pair if not any(visible[number] for number in pair[0]) else pair[::-1]
        self._desk.commit(shown(document, front, back).changed(active=front[0]), "Blink", "blink")
