"""Session: one open document and every verb on it. The window and the command line drive this and nothing else.

Long work runs through the runner on frozen inputs; its result is folded into the document of *now*, so it can never
overwrite what happened meanwhile. Knows no Qt.
"""

from maskstudio.verbs.adjusting import AdjustingVerbs
from maskstudio.verbs.exchange import ExchangeVerbs
from maskstudio.verbs.finding import FindingVerbs
from maskstudio.verbs.inspecting import InspectingVerbs
from maskstudio.verbs.maskin import MaskInVerbs
from maskstudio.verbs.matching import MatchingVerbs
from maskstudio.verbs.owing import OwingVerbs
from maskstudio.verbs.projects import ProjectVerbs


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
