"""The controls of the view around the canvas: choices, split, second pane, loupe, navigator, and the lock."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, QPointF, QTimer
from PySide6.QtGui import QAction

from maskstudio.core.document import Document
from maskstudio.jobs import Runner
from maskstudio.settings import Settings
from maskstudio.ui.canvas.canvas import Canvas
from maskstudio.ui.canvas.look import Look
from maskstudio.ui.canvas.loupe import FACTORS, Loupe
from maskstudio.ui.canvas.pane import CompareView
from maskstudio.ui.canvas.style import Mode
from maskstudio.ui.canvas.transform import LARGEST
from maskstudio.ui.files.tabs import Tab
from maskstudio.ui.panels.history import HistoryPanel
from maskstudio.ui.panels.layers import LayersPanel
from maskstudio.ui.panels.navigator import Navigator
from maskstudio.ui.views.comparemenu import CompareMenu, step_name
from maskstudio.ui.views.comparison import Compared, Comparison, Earlier, LayerAlone
from maskstudio.ui.views.doubtview import DoubtView
from maskstudio.ui.views.edgeview import EdgeView
from maskstudio.ui.views.legend import Legend, entries
from maskstudio.ui.views.view_choices import ViewChoices

_TURN = 15.0  # degrees
_ROOM = 0.9  # share of the canvas that the subject fills
_SETTLED = 400  # ms without another zoom until a view can be returned to
_COMPARING = "view.split", "view.sideBySide", "view.difference"  # one of them at most
_SWITCHES = "switches"  # in the settings' views


class ViewControls(QObject):
    """The controls. They are made before the actions, which ``adopt`` takes; ``verbs`` may be called before that."""

    def __init__(
        self,
        canvas: Canvas,
        settings: Settings,
        runner: Callable[[], Runner],
        tabs: Callable[[], list[Tab]],
        parent: QObject,
    ) -> None:
        """Make the controls; ``runner`` gives the runner that decodes pictures, ``tabs`` the open tabs."""
        super().__init__(parent)
        self.choices = ViewChoices(settings, canvas, runner, self)
        self.edge = EdgeView(canvas, self.choices, self)
        self.doubt = DoubtView(canvas, self.choices, self)
        self.compare = CompareView(canvas)
        self.comparison = Comparison(self.compare, self.edge, tabs, self._beside, self)
        self.compare_menu = CompareMenu(self.comparison, self.compare_with, canvas)
        self.legend = Legend(canvas)
        self.edge.followed.connect(self._explain)
        self.doubt.followed.connect(self._explain)
        self.comparison.changed.connect(self._follow_comparison)
        self.loupe = Loupe(canvas)
        self.loupe.set_factor(self.choices.now.loupe)
        self.navigator = Navigator(canvas)
        self.show_navigator: Callable[[bool], object] = self.navigator.setVisible
        self._canvas, self._settings = canvas, settings
        self._actions: dict[str, QAction] = {}
        self._tab: Tab | None = None
        self._tell: Callable[[str], object] = lambda _sentence: None
        self._carried: Look | None = None  # the last view, for the lock
        self._here: Look | None = None
        self._before: Look | None = None
        self._settling = QTimer(self, singleShot=True, interval=_SETTLED)
        self._settling.timeout.connect(self._settle)
        canvas.view.changed.connect(self._settling.start)
        canvas.compared.standInEnded.connect(self._end_original)

    def adopt(self, actions: dict[str, QAction]) -> None:
        """Use these actions, and restore their saved states."""
        self._actions = actions
        if (lock := actions.get("view.lock")) is not None:
            lock.setChecked(bool(self._settings.views.get(_SWITCHES, {}).get("lock", False)))
        if (compare := actions.get("view.compareWith")) is not None:
            compare.setMenu(self.compare_menu)
        if (factor := actions.get(f"view.loupe{self.loupe.factor}")) is not None:
            factor.setChecked(True)

    def verbs(self) -> dict[str, Callable[[], object]]:
        """What the actions of this part do, by id."""
        canvas = self._canvas
        return {
            "view.split": lambda: self._compare_in("view.split"),
            "view.sideBySide": lambda: self._compare_in("view.sideBySide"),
            "view.difference": lambda: self._compare_in("view.difference"),
            "view.blink": self._blink,
            "view.compareWith": lambda: self.compare_menu.popup(canvas.mapToGlobal(QPoint(0, 0))),
            "view.navigator": lambda: self.show_navigator(self._on("view.navigator")),
            "view.loupe": lambda: self.loupe.set_on(self._on("view.loupe")),
            "view.lock": self._keep_lock,
            "view.trimap": lambda: self.edge.show_trimap(self._on("view.trimap")),
            "view.originalMask": lambda: self.edge.show_original(self._on("view.originalMask")),
            "view.boxes": lambda: canvas.set_show_extras(self._on("view.boxes")),
            "view.rawColours": lambda: self.choices.show_raw(self._on("view.rawColours")),
            "view.nextFringe": lambda: self.edge.go_to_fringe(1),
            "view.previousFringe": lambda: self.edge.go_to_fringe(-1),
            "view.nextDoubt": lambda: self.doubt.go_on(1),
            "view.previousDoubt": lambda: self.doubt.go_on(-1),
            **{f"view.loupe{factor}": partial(self._enlarge, factor) for factor in FACTORS},
            "view.zoomSubject": self.zoom_to_subject,
            "view.previousZoom": self.previous_zoom,
            "view.rotateLeft": lambda: canvas.view.rotate_to(canvas.view.angle - _TURN),
            "view.rotateRight": lambda: canvas.view.rotate_to(canvas.view.angle + _TURN),
            "view.mirror": lambda: canvas.view.set_mirrored(self._on("view.mirror")),
            "view.resetRotation": self._upright,
        }

    def attend(self, layers: LayersPanel, history: HistoryPanel, tell: Callable[[str], object]) -> None:
        """Compare as these panels request; ``tell`` says a sentence to the user."""
        layers.compareRequested.connect(self.compare_with_layer)
        history.compareRequested.connect(self.compare_with_step)
        self._tell = tell

    # Documents

    def show(self, tab: Tab) -> None:
        """Show a tab's document in its last view, or, with the lock on, in the view of the document shown before."""
        canvas, picture = self._canvas, tab.picture
        if canvas.view.look is not None:
            self._carried = canvas.view.look
            if self._tab is not None and self._tab is not tab:
                self._tab.look = canvas.view.look
        another = self._another(tab, picture)
        canvas.contents.set_document(picture)
        self.comparison.show(tab)
        self.doubt.follow(tab.session)
        self.edge.follow(tab.session)
        if picture is None or not another:
            return
        look = self._carried if self._on("view.lock") else tab.look
        self._tab = tab
        if look is not None:
            canvas.view.look = look
        canvas.setFocus()  # keys now go to the new photo
        if (mirror := self._actions.get("view.mirror")) is not None:
            mirror.setChecked(canvas.view.mirrored)

    def _another(self, tab: Tab, picture: Document | None) -> bool:
        """Whether this is another photo than the one shown; a loaded photo after its preview is the same."""
        shown = self._canvas.contents.document
        return tab is not self._tab or shown is None or picture is None or shown.size != picture.size

    def _explain(self) -> None:
        """Say what the colours over the photo mean."""
        canvas = self._canvas
        masked = canvas.contents.document is not None and bool(canvas.contents.document.layers)
        apart = self.comparison.names if self.comparison.difference_on_show else None
        trimap, style = canvas.contents.trimap is not None, self.choices.style
        words = self.doubt.words
        self.legend.show_entries(entries(style, trimap=trimap, masked=masked, apart=apart, doubt=words))

    # Zoom

    def zoom_to_subject(self) -> None:
        """Fit the masked area into the view, or, if the mask is empty, the whole photo."""
        document, canvas = self._canvas.contents.document, self._canvas
        bounds = document.alpha.bounds if document else None
        if not bounds:
            canvas.view.fit()
            return
        ratio = canvas.devicePixelRatioF() * _ROOM
        scale = min(canvas.width() * ratio / bounds.width, canvas.height() * ratio / bounds.height, LARGEST)
        canvas.view.look_at(scale, QPointF(bounds.x + bounds.width / 2, bounds.y + bounds.height / 2))

    def previous_zoom(self) -> None:
        """Go to the view before the last zoom; a second time, back again."""
        self._settle()
        if self._before is not None:
            self._canvas.view.look = self._before
            self._settle()

    def _settle(self) -> None:
        self._settling.stop()
        now = self._canvas.view.look
        if now is not None and self._here is not None and abs(now.scale / self._here.scale - 1) > 1e-3:
            self._before = self._here
        self._here = now

    def _upright(self) -> None:
        self._canvas.view.reset_rotation()
        self._canvas.view.set_mirrored(False)
        if (mirror := self._actions.get("view.mirror")) is not None:
            mirror.setChecked(False)

    # Switches

    def _on(self, name: str) -> bool:
        action = self._actions.get(name)
        return action is not None and action.isChecked()

    def _end_original(self) -> None:
        if (action := self._actions.get("view.originalMask")) is not None:
            action.setChecked(False)
        self.edge.show_original(shown=False)
        self.comparison.swap(swapped=False)

    def show_mode(self, mode: Mode) -> None:
        """Use another view mode; the mode of the ants shows the extras too."""
        extras = self._actions.get("view.boxes")
        if mode == "ants" and extras is not None and not extras.isChecked():
            extras.trigger()
        self.choices.show_mode(mode)

    def _compare_in(self, name: str) -> None:
        """Turn off the ways of comparing other than ``name``, and show what is on."""
        for other in set(_COMPARING) - {name}:
            if other in self._actions:
                self._actions[other].setChecked(False)
        if self._on("view.difference") and self.comparison.choice is None:
            self._tell(self.tr("Choose what to compare with first, in View > Compare With."))
        self._canvas.divider.set_on(self._on("view.split"))
        self.compare.set_side_by_side(self._on("view.sideBySide"))
        self.comparison.show_difference(shown=self._on("view.difference"))
        self._follow_comparison()

    def compare_with(self, choice: Compared, *_checked: bool) -> None:
        """Compare with ``choice``, by the divider if nothing is compared yet."""
        self.comparison.choose(choice)
        split = self._actions.get("view.split")
        compared = self.comparison.swapped or any(self._on(name) for name in _COMPARING)
        if choice is not None and split is not None and not compared:
            split.trigger()

    def compare_with_layer(self, layer: int) -> None:
        """Compare with a layer of the document in front."""
        self.compare_with(LayerAlone(layer))

    def compare_with_step(self, row: int) -> None:
        """Compare with a step of the history in front; the first is 0."""
        history = self._tab.session.history if self._tab is not None else None
        if history is not None and 0 <= row < len(history.steps):
            step = history.steps[row]
            self.compare_with(Earlier(step_name(row + 1, step.label), step.document))

    def _beside(self) -> bool:
        return self._canvas.divider.on or self.compare.side_by_side

    def _blink(self) -> None:
        """Switch between both sides; without a choice, between a service's answer and the local one, if both exist."""
        session = self._tab.session if self._tab is not None else None
        if self.comparison.choice is None and session is not None and session.rivals.pair is not None:
            session.rivals.blink()
        else:
            self.comparison.swap(swapped=not self.comparison.swapped)
        self._follow_comparison()

    def _follow_comparison(self) -> None:
        for name, on in (("view.blink", self.comparison.swapped), ("view.difference", self.comparison.difference)):
            if name in self._actions:
                self._actions[name].setChecked(on)
        self._explain()

    def _enlarge(self, factor: int) -> None:
        """Turn the loupe on with this factor."""
        self.choices.choose(loupe=factor)
        self.loupe.set_factor(factor)
        self.loupe.set_on(True)
        for name in ("view.loupe", f"view.loupe{factor}"):
            if name in self._actions:
                self._actions[name].setChecked(True)

    def _keep_lock(self) -> None:
        self._settings.views = {**self._settings.views, _SWITCHES: {"lock": self._on("view.lock")}}
