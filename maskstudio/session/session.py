"""Session: one open document and every verb on it. The window and the command line use this alone.

Long work runs through the runner on frozen inputs. Its result is put into the current document, so it cannot overwrite
later changes. Knows no Qt.
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
from maskstudio.session.selecting import SelectingVerbs
from maskstudio.session.sending import ServiceVerbs
from maskstudio.session.shaping import ShapingVerbs
from maskstudio.session.shelving import ShelfVerbs


class Session(Desk):
    """The desk with all verbs that work at it. Each kind of verb knows the desk and no other kind.

    The document, its history and undo belong to the desk.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        """Make all verbs; ``runner`` runs the jobs, ``provider`` is the name of the provider of models."""
        super().__init__(runner, provider)
        self.journalling = JournalVerbs(self)  # listens first: each step is handed to the journal before it shows
        self.opening = OpeningVerbs(self)
        self.projects = ProjectVerbs(self)
        self.exporting = ExportingVerbs(self)
        self.clipboard = ClipboardVerbs(self)
        self.finding = FindingVerbs(self)
        self.shelving = ShelfVerbs(self)
        self.services = ServiceVerbs(self)
        self.rivals = RivalVerbs(self)
        self.layers = LayerVerbs(self)
        self.shaping = ShapingVerbs(self)  # before adjusting: its values are applied before those of runs
        self.adjusting = AdjustingVerbs(self)
        self.painting = PaintingVerbs(self)
        self.selecting = SelectingVerbs(self)
        self.edging = EdgingVerbs(self)
        self.inspecting = InspectingVerbs(self)
        self.matching = MatchingVerbs(self)
        self.importing = ImportingVerbs(self)
