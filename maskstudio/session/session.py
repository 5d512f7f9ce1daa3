"""Session: one open document and every verb on it. The window and the command line drive this and nothing else.

Long work runs through the runner on frozen inputs; its result is folded into the document of *now*, so it can never
overwrite what happened meanwhile. Knows no Qt.
"""

from maskstudio.session.adjusting import AdjustingVerbs
from maskstudio.session.clipboard import ExchangeVerbs
from maskstudio.session.finding import FindingVerbs
from maskstudio.session.importing import MaskInVerbs
from maskstudio.session.inspecting import InspectingVerbs
from maskstudio.session.matching import MatchingVerbs
from maskstudio.session.owing import OwingVerbs
from maskstudio.session.projects import ProjectVerbs


class Session(
    FindingVerbs,
    OwingVerbs,
    AdjustingVerbs,
    InspectingVerbs,
    MatchingVerbs,
    MaskInVerbs,
    ExchangeVerbs,
    ProjectVerbs,
):
    """The verbs, gathered: finding, services, layers, shaping, painting, edges, masks in, exchange, files, projects."""
