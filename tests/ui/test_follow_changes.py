"""Panels are drawn anew by what has changed: for everything they show, and for nothing else."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QWidget

from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.matting import edge
from maskstudio.params.local import AdjustParams, BrushParams, MaskParams, RefineParams
from maskstudio.ui.panels import clean, halo, spillsearch
from maskstudio.ui.panels.layer_list import LAYER
from tests.core.documents import disc, image
from tests.walkers import HEIGHT, WIDTH, Later, Wanderer, refine_edge

WALKS, STEPS = 4, 60
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.CheckStateRole, Qt.ItemDataRole.AccessibleTextRole, LAYER)
SAID = ("text", "value", "isChecked", "currentText", "toolTip", "accessibleDescription", "amount", "stale", "folded")
PANELS = tuple(
    f"{name}_panel" for name in ("detect", "layers", "mask", "refine", "adjust", "export", "history", "jobs")
)


def drawn(window):
    """Every panel and section that declares what it shows, by its class."""
    found, todo = {}, [getattr(window, name) for name in PANELS]
    while todo:
        panel = todo.pop()
        found[type(panel).__name__] = panel
        todo += panel.sections
    return found


def layers(count, width=WIDTH, height=HEIGHT):
    planes = [disc(width, height, 6, (8 + 9 * n % 20, 8 + 5 * n % 16)) for n in range(count)]
    masks = [Mask.from_array(plane) for plane in planes]
    return Document(image(width, height)).add([Layer(0, f"thing {n}", mask, mask) for n, mask in enumerate(masks)])


@pytest.fixture
def editor(window, monkeypatch):
    """The window with three layers on a small photo; jobs run at once."""
    monkeypatch.setattr(edge, "refine_edge", refine_edge)
    work_by(window, Runner(immediate, Inline()))
    window.session.history = History(layers(3))
    window.session.changed()
    return window


def work_by(window, runner):
    session = window.session
    runner.changed, session.runner = session.runner.changed, runner


@pytest.fixture
def redrawn(editor, monkeypatch):
    """``redrawn(act)`` tells which panels are drawn anew, as a set of names, while ``act()`` happens."""
    seen = set()
    for name, panel in drawn(editor).items():

        def redraw(name=name, inner=panel.redraw):
            seen.add(name)
            inner()

        monkeypatch.setattr(panel, "redraw", redraw)

    def count(act):
        seen.clear()
        act()
        return set(seen)

    return count


def stroke(session):
    session.painting.begin_stroke(BrushParams(size=5), 255)
    session.painting.stroke_to(20, 20)
    session.end_stroke()


def hint(session):
    session.edging.begin_stroke(BrushParams(size=5), 2)
    session.edging.stroke_to(20, 20)
    session.end_stroke()


OF_LAYER = {"DetectPanel", "LayersPanel", "MaskPanel", "RefinePanel", "SpillSearch", "AdjustPanel", "HistoryPanel"}
ACTS = {  # what is done, and who shows it besides the history of steps; islands and halo meter are folded
    "rename": (lambda session: session.layers.rename(2, "moon"), {"LayersPanel"}),
    "rename what is refined": (lambda session: session.layers.rename(1, "moon"), {"LayersPanel", "RefinePanel"}),
    "hide": (lambda session: session.layers.set_visible(2, False), {"LayersPanel"}),
    "colour": (lambda session: session.layers.set_colour(1, (9, 9, 9)), {"LayersPanel"}),
    "mode": (lambda session: session.layers.set_mode(3, "subtract"), {"LayersPanel"}),
    "solo": (lambda session: session.layers.set_solo(2), {"LayersPanel"}),
    "padding": (lambda session: session.shaping.set_mask_params(1, MaskParams(3, 1)), {"LayersPanel", "MaskPanel"}),
    "padding of another": (lambda session: session.shaping.set_mask_params(3, MaskParams(3, 1)), {"LayersPanel"}),
    "stroke": (stroke, {"LayersPanel"}),
    "invert": (lambda session: session.painting.invert(), {"LayersPanel"}),
    "refine": (lambda session: session.shaping.refine(1, RefineParams()), {"LayersPanel", "RefinePanel"}),
    "refine another": (lambda session: session.shaping.refine(2, RefineParams()), {"LayersPanel"}),
    "adjust": (lambda session: session.adjusting.adjust_edge(AdjustParams(smooth=9)), {"LayersPanel", "AdjustPanel"}),
    "hint": (hint, {"LayersPanel", "RefinePanel"}),
    "region": (lambda session: session.edging.add_region(1), {"LayersPanel", "RefinePanel", "AdjustPanel"}),
    "choose": (lambda session: session.layers.activate(2), OF_LAYER),
    "move": (lambda session: session.layers.move(1, 2), {"LayersPanel", "ExportPanel"}),
    "nothing": (lambda session: session.changed(), set()),
}


@pytest.mark.parametrize("name", ACTS)
def test_only_panels_that_show_it_are_drawn(editor, redrawn, name):
    act, expected = ACTS[name]
    session = editor.session
    if name == "rename what is refined":  # which a sentence names
        session.shaping.refine(1, RefineParams())
    assert session.active.id == 1
    history = session.history
    before = history.position
    found = redrawn(lambda: act(session)) - {"SpillSearch"}  # which looks again whenever its layer changes
    expected = (expected | ({"HistoryPanel"} if history.position != before else set())) - {"SpillSearch"}
    assert found == expected
    if history.position != before:
        assert redrawn(session.undo) - {"SpillSearch"} == expected
        assert redrawn(session.redo) - {"SpillSearch"} == expected


def test_another_photo_is_drawn_in_all_panels(editor, redrawn):
    def open_another():
        editor.session.history = History(layers(2))
        editor.session.changed()

    everywhere = set(drawn(editor)) - {"HaloSection", "CleanPart"}
    assert redrawn(open_another) >= everywhere
    assert redrawn(editor.shown.refresh) == everywhere


def test_another_tab_is_drawn_in_all_panels_and_once(editor, monkeypatch):
    first = editor.tabs.front
    tab = editor.tabs.fresh()
    tab.session.history = History(layers(2))
    counts = dict.fromkeys(PANELS, 0)
    for name in PANELS:
        panel = getattr(editor, name)

        def redraw(name=name, inner=panel.redraw):
            counts[name] += 1
            inner()

        monkeypatch.setattr(panel, "redraw", redraw)
    tab.session.changed()
    assert editor.tabs.front is tab
    assert editor.layers_panel.model.rowCount() == 2
    assert {name for name, count in counts.items() if not count} <= {"jobs_panel"}
    act = editor.layers_panel.model
    tab.session.layers.rename(1, "moon")
    assert act.index_of(1).data() == "moon"
    editor.tabs.show_tab(first)
    assert act.rowCount() == 3


def test_folded_sections_are_not_drawn_and_catch_up_when_they_unfold(editor, redrawn):
    assert not redrawn(lambda: stroke(editor.session)) & {"HaloSection", "CleanPart"}
    for section in (editor.refine_panel.halo, editor.adjust_panel.clean):
        assert redrawn(lambda section=section: section.fold(False)) == {type(section).__name__}


def test_a_value_that_came_to_nothing_goes_back(editor, qtbot):
    """It is typed while its job is waiting, and undone before that has begun: the document never changed."""
    later = Later()
    work_by(editor, Runner(later.post, later))
    field = editor.mask_panel.form.field("mask_padding")
    field.setValue(field.value() + 9)
    typed = field.value()
    editor.session.layers.rename(2, "moon")
    assert field.value() == typed
    assert editor.session.undo_label == "Shape mask"
    editor.session.undo()
    assert editor.session.undo_label == "Rename layer"
    assert field.value() == editor.session.active.params.mask_padding != typed


def test_a_verb_that_waited_for_its_turn_is_not_taken_back_by_the_list_of_steps(editor):
    """Its turn seals the step before it, which the list shows as another one."""
    session, later = editor.session, Later()
    session.layers.rename(2, "moon")
    work_by(editor, Runner(later.post, later))
    session.shaping.set_mask_params(1, MaskParams(3, 1))
    session.layers.duplicate(3)
    assert [layer.id for layer in session.document.layers] == [1, 2, 3]
    while later.work or later.home:
        later.home.pop(0)() if later.home else later.finish(0)
    assert [layer.id for layer in session.document.layers] == [1, 2, 3, 4]
    assert session.document.layer(1).params == MaskParams(3, 1)
    model = editor.history_panel.model
    assert [model.index(row).data() for row in range(model.rowCount())][1:] == [
        "Rename layer",
        "Shape mask",
        "Duplicate layer",
    ]
    assert model.position == session.history.position == 3
    assert all("\n" in model.index(row).data(Qt.ItemDataRole.ToolTipRole) for row in (1, 2, 3)), "with its time"


# Whatever is done, all panels show what they would show if they were drawn anew


class PanelUser(Wanderer):
    """Does what a wanderer does, and uses the panels besides; ``later`` has the jobs come when they come."""

    def __init__(self, window, seed):
        super().__init__(window.session, seed)
        self.window = window
        self.later = Later()
        work_by(window, Runner(self.later.post, self.later))
        verbs = [self.paint, self.find, self.shape, self.refine, self.control, self.walk, self.walk, self.copy]
        verbs += [self.remove, self.rename, self.solo, self.invert, self.hint, self.pad, self.adjust, self.tidy]
        verbs += [self.choose, self.region, self.press_refine, self.colour, self.hide, self.arrange, self.end_run]
        self.verbs = [*verbs, *[self.come] * 12, self.cancel, self.unfold, self.clear]

    def step(self):
        self.chance.choice(self.verbs)()

    def come(self):
        """Jobs go on, or what they found comes home."""
        if self.later.home and (self.chance.random() < 0.6 or not self.later.work):
            self.later.home.pop(0)()
        elif self.later.work:
            self.later.finish(self.chance.randint(0, 1))

    def come_all(self):
        while self.later.home or self.later.work:
            self.come()

    def cancel(self):
        for job in list(self.session.runner.jobs):
            job.cancel()

    def value(self, panel, name, low, high):
        if panel.form.isEnabled():
            panel.form.field(name).setValue(self.chance.randint(low, high))

    def pad(self):
        self.value(self.window.mask_panel, "mask_padding", -4, 6)

    def adjust(self):
        self.value(self.window.adjust_panel, "smooth", 0, 9)

    def tidy(self):
        self.value(self.window.adjust_panel.clean, "min_island", 0, 40)

    def end_run(self):
        adjusting = self.session.adjusting
        self.chance.choice([adjusting.keep_run, adjusting.drop_run])(self.chance.choice(["clean", "adjust"]))

    def unfold(self):
        window = self.window
        sections = window.refine_panel.halo, window.adjust_panel.clean, window.refine_panel.regions
        section = self.chance.choice(sections)
        section.fold(not section.folded)

    def choose(self):
        if layer := self.pick():
            self.session.layers.activate(layer.id)

    def region(self):
        layer = self.session.active
        if layer is not None and layer.regions and self.chance.random() < 0.7:
            number = self.chance.choice([None, *(region.id for region in layer.regions)])
            self.window.refine_panel.choose_region(number)
            if number is not None and self.chance.random() < 0.4:
                self.session.edging.delete_region(layer.id, number)
        elif layer is not None:
            self.session.edging.add_region(layer.id)

    def press_refine(self):
        self.window.refine_panel.edge.button.click()

    def colour(self):
        if layer := self.pick():
            self.session.layers.set_colour(layer.id, (self.chance.randint(0, 255), 0, 0))

    def hide(self):
        if layer := self.pick():
            self.session.layers.set_visible(layer.id, not layer.visible)

    def clear(self):
        for layer in self.session.document.layers:
            self.session.layers.delete(layer.id)

    def arrange(self):
        if layer := self.pick():
            self.session.layers.move(layer.id, self.chance.randint(0, 5))


def seen(window):
    """All that panels, actions and title say and show, but for pictures: these come when nobody waits."""
    said = {name: words(getattr(window, name)) for name in PANELS if name != "jobs_panel"}  # which follows jobs
    said["actions"] = {name: (action.isEnabled(), action.text()) for name, action in window.actions_by_id.items()}
    said["window"] = window.windowTitle(), [window.tabs.tabText(at) for at in range(window.tabs.count())]
    return said


def words(panel):
    return [facts(each, panel) for each in [panel, *panel.findChildren(QWidget)]]


def facts(widget, panel):
    said = [type(widget).__name__, widget.objectName(), widget.isVisibleTo(panel), widget.isEnabled()]
    for name in SAID:
        each = getattr(widget, name, None)
        said.append(each() if callable(each) else each)
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        said.append([[index.data(role) for role in ROLES] for index in rows])
        said.append(widget.currentIndex().row())
    return said


def settled(window, qtbot):
    """The pictures of all layers in the rows of the panel, once those of now are there."""
    panel = window.layers_panel
    thumbnails, image = panel._delegate._thumbnails, window.session.document.image

    def pictures():
        rows = [panel.model.index(row).data(LAYER) for row in range(panel.model.rowCount())]
        return [thumbnails.of(layer, image, 1.0) for layer in rows]

    def there():
        pictures()  # of the rows of now, which may change while a picture is awaited
        return not thumbnails._wanted

    qtbot.waitUntil(there)
    return [picture and picture.toImage() for picture in pictures()]


def full(window):
    """Draw everything anew, by the one way that asks nobody what has changed."""
    window.states._holds = None
    for name in PANELS:
        getattr(window, name).refresh()
    window.shown.refresh()


@pytest.mark.parametrize("seed", range(WALKS))
def test_panels_show_what_a_full_refresh_shows(editor, qtbot, qapp, monkeypatch, seed):
    for module in (halo, clean, spillsearch):
        monkeypatch.setattr(module, "_REST", 0)
    for timer in (editor.refine_panel.halo._rest, editor.adjust_panel.clean._rest, editor.refine_panel._spill._rest):
        timer.setInterval(0)
    for name in editor.sidebar.docks:
        editor.sidebar.fold(name, False)
    user = PanelUser(editor, seed)
    for number in range(STEPS):
        user.step()
        if user.chance.random() < 0.5:
            qapp.processEvents()
        pictures = None
        if number % 10 == 9:
            user.come_all()
            pictures = settled(editor, qtbot)
        editor.session.changed()  # jobs that end without a result tell nobody
        shown = seen(editor)
        full(editor)
        again = seen(editor)
        for part, said in shown.items():
            assert again[part] == said, f"step {number}, {part}"
        if pictures is not None:
            assert settled(editor, qtbot) == pictures, f"step {number}"
    user.come_all()
