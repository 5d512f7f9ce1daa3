"""Session: one open document and every verb on it. The window and the command line drive this and nothing else.

Long work runs through the runner on frozen inputs; its result is folded into the document of *now*, so it can never
overwrite what happened meanwhile. Knows no Qt.
"""

from maskstudio.jobs import Runner
from maskstudio.session.adjusting import AdjustingVerbs
from maskstudio.session.clipboard import ClipboardVerbs
from maskstudio.session.desk import Desk
from maskstudio.session.edging import EdgingVerbs
from maskstudio.session.exporting import ExportingVerbs
from maskstudio.session.finding import FindingVerbs
from maskstudio.session.importing import ImportingVerbs
from maskstudio.session.inspecting import InspectingVerbs
from maskstudio.session.journalling import JournalVerbs
from maskstudio.session.layers import LayerVerbs
from maskstudio.session.matching import MatchingVerbs
from maskstudio.session.opening import OpeningVerbs
from maskstudio.session.painting import PaintingVerbs
from maskstudio.session.projects import ProjectVerbs
from maskstudio.session.rivals import RivalVerbs
from maskstudio.session.sending import ServiceVerbs
from maskstudio.session.shaping import ShapingVerbs


class Session(Desk):
    """The desk, with the verbs that work at it. Each kind knows the desk and nothing of the others.

    The document, its history and undo are the desk's own.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self.journalling = JournalVerbs(self)  # first of those that listen: each step is on the disk before it shows
        self.opening = OpeningVerbs(self)
        self.projects = ProjectVerbs(self)
        self.exporting = ExportingVerbs(self)
        self.clipboard = ClipboardVerbs(self)
        self.finding = FindingVerbs(self)
        self.services = ServiceVerbs(self)
        self.rivals = RivalVerbs(self)
        self.layers = LayerVerbs(self)
        self.shaping = ShapingVerbs(self)  # its values come before those of runs
        self.adjusting = AdjustingVerbs(self)
        self.painting = PaintingVerbs(self)
        self.edging = EdgingVerbs(self)
        self.inspecting = InspectingVerbs(self)
        self.matching = MatchingVerbs(self)
        self.importing = ImportingVerbs(self)
