"""Every panel: names, widths, and how it looks in dark and light."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QToolButton

from maskstudio.core.fringe import Spot
from maskstudio.errors import Failed
from maskstudio.jobs import Job
from maskstudio.params.local import AdjustParams
from maskstudio.ui.panels.adjust import AdjustPanel
from maskstudio.ui.panels.history import HistoryPanel
from maskstudio.ui.panels.jobs import JobsPanel
from maskstudio.ui.panels.layers import LayersPanel
from maskstudio.ui.panels.refine import RefinePanel
from maskstudio.ui.widgets import theme
from tests.ui.panels.stage import PANELS, disc


@pytest.mark.parametrize("kind", PANELS)
def test_names_and_nothing_open(show, session, kind):
    panel = show(kind, session)
    assert panel.objectName() == kind.__name__[0].lower() + kind.__name__[1:]
    panel.refresh()
    assert panel.minimumSizeHint().width() <= 280


@pytest.mark.parametrize("kind", PANELS)
def test_every_button_without_words_has_a_name_and_a_tip(show, layered, kind):
    panel = show(kind, layered)
    for button in panel.findChildren(QToolButton):
        assert button.accessibleName()
        assert button.toolTip()


def has_pictures(panel):
    """Whether the small pictures are there, which come when nobody waits."""
    if isinstance(panel, HistoryPanel):
        return panel._pictures.of(panel.model.step(panel.model.index(0)).document) is not None
    return not isinstance(panel, LayersPanel) or not panel._delegate._thumbnails._wanted


@pytest.mark.parametrize("kind", PANELS[:-1])
@pytest.mark.parametrize("name", ["dark", "light"])
def test_looks(picture_of, show, layered, qtbot, qapp, kind, name):
    panel = show(kind, layered, 320, 300 if kind is LayersPanel else 0)
    theme.apply(qapp, name)
    panel.setFocus()
    qapp.processEvents()
    panel.resize(320, 300 if kind is LayersPanel else panel.sizeHint().height())
    panel.grab()
    qtbot.waitUntil(lambda: has_pictures(panel))
    picture_of(panel, f"{kind.__name__[:-5].lower()}_{name}")


@pytest.mark.parametrize("name", ["dark", "light"])
def test_looks_of_refining_unfolded(show, layered, solved, measured, actions, picture_of, qtbot, qapp, name):
    panel = show(RefinePanel, layered)
    theme.apply(qapp, name)
    panel.adopt(actions)
    panel.refine()
    layered.edging.add_region(2, "Hair", disc(300, 130, 40))
    layered.edging.add_region(2, "Sleeve", disc(370, 200, 30))
    layered.edging.take_trimap(2, disc(300, 200, 5))
    actions["view.worst"].setEnabled(False)
    clump = Spot((300, 120), 12.3, (255, 255, 255))
    measured.fringe = replace(measured.fringe, amount=1.6, spots=(clump,))
    for section in (panel.regions, panel.halo):
        section.fold(False)
    panel.choose_region(1)
    panel.set_spill((40, 160, 60))
    panel.setFocus()
    view = panel.regions.view
    qtbot.waitUntil(lambda: not panel.halo.meter.stale and not view.item(2).icon().isNull())
    panel.resize(320, panel.sizeHint().height())
    panel.grab()
    qapp.processEvents()
    panel.resize(320, panel.sizeHint().height())
    picture_of(panel, f"refine_unfolded_{name}")


@pytest.mark.parametrize("name", ["dark", "light"])
def test_looks_of_adjusting_a_region(show, layered, solved, picture_of, qapp, name):
    panel = show(AdjustPanel, layered)
    theme.apply(qapp, name)
    edge = AdjustParams(feather=12, outer_only=True, shift_edge=-3, solid_core=20)
    panel.show_region(layered.edging.add_region(2, "Hair", disc(300, 130, 40), edge=edge))
    panel.setFocus()
    qapp.processEvents()
    panel.resize(320, panel.sizeHint().height())
    picture_of(panel, f"adjust_region_{name}")


@pytest.mark.parametrize("name", ["dark", "light"])
def test_looks_of_jobs(show, session, picture_of, qapp, name):
    panel = show(JobsPanel, session)
    theme.apply(qapp, name)
    for job in (
        Job("Open photo.png", "open", state="done", fraction=1),
        Job("Export photo.png", "export", state="failed", error=Failed("The disk is full.")),
        Job("Detect: Faces, light (YOLOv8n)", "detect", state="running", fraction=0.4, text="Loading"),
    ):
        panel.job_changed(job)
    qapp.processEvents()
    panel.resize(320, panel.sizeHint().height())
    qapp.processEvents()
    picture_of(panel, f"jobs_{name}")
