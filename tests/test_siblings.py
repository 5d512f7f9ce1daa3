"""Each kind of verb alone: over a bare desk, without any other kind. What they share are hooks of the desk."""

import io
import shutil

import numpy as np
import PIL.Image
import pytest

from maskstudio.core.history import History
from maskstudio.core.mask import Mask
from maskstudio.core.ops import apply_mask_params
from maskstudio.errors import NotAgreed
from maskstudio.jobs import Inline, Runner, immediate
from maskstudio.journal import recovery
from maskstudio.matting.hints import HINT_MASK, HINT_UNKNOWN
from maskstudio.params.local import AdjustParams, BrushParams, DetectParams, ExportParams, MaskParams, RefineParams
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
from maskstudio.session.session import Session
from maskstudio.session.shaping import ShapingVerbs
from maskstudio.session.shelving import ShelfVerbs
from tests.core.documents import disc, document
from tests.patience import until
from tests.test_session import Discs

KINDS = [
    AdjustingVerbs,
    ClipboardVerbs,
    EdgingVerbs,
    ExportingVerbs,
    OpeningVerbs,
    FindingVerbs,
    ImportingVerbs,
    InspectingVerbs,
    JournalVerbs,
    LayerVerbs,
    MatchingVerbs,
    PaintingVerbs,
    ProjectVerbs,
    RivalVerbs,
    SelectingVerbs,
    ServiceVerbs,
    ShapingVerbs,
    ShelfVerbs,
]
HARD = BrushParams(size=40, hardness=1.0, opacity=1.0, flow=1.0, pressure_opacity=False)


@pytest.fixture
def desk():
    made = Desk(Runner(immediate, Inline()))
    made.history = History(document(disc()))
    made.said = []
    made.told = made.said.append
    return made


def alpha(desk):
    return desk.document.alpha.array()


def painted(desk, at):
    painting = PaintingVerbs(desk)
    painting.begin_stroke(HARD, 255)
    painting.stroke_to(*at)
    desk.end_stroke()


def test_a_session_has_one_attribute_for_each_kind():
    session = Session(Runner(immediate, Inline()))
    found = {type(value): name for name, value in vars(session).items() if type(value) in KINDS}
    assert set(found) == set(KINDS)
    assert len({*dir(session)} - {*dir(Desk(session.runner))}) == len(KINDS)
    assert Session.__mro__[1] is Desk


def test_finding(desk):
    desk.provider = Discs(disc(radius=20))
    FindingVerbs(desk).detect(DetectParams(), MaskParams(mask_padding=0, mask_blur=0))
    assert desk.active.mask == Mask.from_array(disc(radius=20))
    desk.undo()
    assert [layer.name for layer in desk.document.layers] == ["disc"]


def test_layers(desk):
    layers = LayerVerbs(desk)
    layers.duplicate(desk.active.id)
    layers.rename(desk.active.id, "moon")
    assert [layer.name for layer in desk.document.layers] == ["disc", "moon"]
    layers.delete(desk.active.id)
    layers.set_visible(desk.document.layers[0].id, False)
    assert desk.document.shown == []


def test_shaping(desk):
    ShapingVerbs(desk).set_mask_params(desk.active.id, MaskParams(mask_padding=6, mask_blur=5))
    np.testing.assert_array_equal(alpha(desk), apply_mask_params(disc(), 6, 5))
    desk.undo()
    np.testing.assert_array_equal(alpha(desk), disc())


def test_adjusting(desk):
    adjusting = AdjustingVerbs(desk)
    adjusting.adjust_edge(AdjustParams(feather=6))
    assert desk.active.edge == adjusting.adjust_params == AdjustParams(feather=6)
    adjusting.drop_run("adjust")
    np.testing.assert_array_equal(alpha(desk), disc())


def test_painting(desk):
    ended, adopted = [], []
    desk.ending.connect(ended.append)
    desk.adopting.connect(adopted.append)
    painting = PaintingVerbs(desk)
    painting.begin_stroke(HARD, 255)
    painting.stroke_to(20, 20)
    shown = painting.live_alpha(desk.document.frame)
    desk.undo()  # which ends the stroke first
    assert len(ended) == len(adopted) == 1
    np.testing.assert_array_equal(adopted[0].alpha.array(), shown)
    desk.redo()
    np.testing.assert_array_equal(alpha(desk), shown)
    painting.invert()
    np.testing.assert_array_equal(alpha(desk), 255 - shown)


def test_edging(desk):
    edging = EdgingVerbs(desk)
    edging.begin_stroke(BrushParams(size=20), HINT_UNKNOWN)
    edging.stroke_to(70, 140)
    desk.end_stroke()
    assert edging.stroke is None
    assert desk.active.hints.array()[140, 70] == HINT_UNKNOWN
    assert desk.active.unsolved, "nobody at this desk solves edges"
    region = edging.add_region(desk.active.id, "hair", Mask.from_array(disc(radius=10)))
    edging.set_region(desk.active.id, region, refine=RefineParams(band_width=9))
    assert [(each.name, each.refine.band_width) for each in desk.active.regions] == [("hair", 9)]
    edging.clear_hints(desk.active.id)
    assert desk.active.hints is None


def test_inspecting(desk):
    inspecting = InspectingVerbs(desk)
    inspecting.draw_trimap()
    assert set(np.unique(inspecting.trimap.array())) <= {0, 128, 255}
    inspecting.measure_fringe()
    assert inspecting.fringe is not None
    painted(desk, (20, 20))
    assert inspecting.fringe is None, "it looks otherwise now"


def test_matching(desk, tmp_path):
    random = np.random.default_rng(3)
    back = np.tile(np.array([40, 120, 170], np.uint8), (280, 300, 1))
    back = (back + random.integers(0, 4, back.shape)).astype(np.uint8)
    shot = np.where(disc()[..., None] > 0, np.array([210, 60, 50], np.uint8), back)
    PIL.Image.fromarray(shot).save(tmp_path / "shot.png")
    PIL.Image.fromarray(back).save(tmp_path / "plate.png")
    OpeningVerbs(desk).open(tmp_path / "shot.png")
    MatchingVerbs(desk).match(tmp_path / "plate.png", "plate")
    assert np.abs(alpha(desk).astype(int) - disc()).mean() < 3


def test_importing(desk, tmp_path):
    PIL.Image.fromarray(disc(radius=30)).save(tmp_path / "mask.png")
    importing, looked = ImportingVerbs(desk), []
    importing.import_mask(tmp_path / "mask.png")
    assert desk.active.mask == Mask.from_array(disc(radius=30))
    importing.look_at_mask(tmp_path / "mask.png", "mask.png", looked.append)
    assert looked[0].name == "mask.png"


def test_the_clipboard(desk):
    got = []
    ClipboardVerbs(desk).hand_out(ExportParams(), merged=True, prepare=lambda cutout: cutout, done=got.append)
    place = got[0].place
    with PIL.Image.open(io.BytesIO(got[0].png)) as picture:
        opaque = np.asarray(picture)[..., 3]
    np.testing.assert_array_equal(opaque, disc()[place.y : place.y + 161, place.x : place.x + 161])


def test_files_projects_and_results(desk, tmp_path):
    photo, work, out = tmp_path / "photo.png", tmp_path / "work.ora", tmp_path / "out.png"
    PIL.Image.fromarray(desk.document.image.pixels).save(photo)
    files, projects, exporting = OpeningVerbs(desk), ProjectVerbs(desk), ExportingVerbs(desk)
    files.open(photo)
    assert not projects.unsaved
    LayerVerbs(desk).add(Mask.from_array(disc(radius=50)))
    assert projects.unsaved
    projects.save_as(work)
    assert not projects.unsaved
    assert (projects.path, desk.files) == (work, (work, photo))
    exporting.export(out, ExportParams())
    with PIL.Image.open(out) as picture:
        np.testing.assert_array_equal(np.asarray(picture)[..., 3], disc(radius=50))
    desk.close()
    files.open(work)
    assert desk.active.mask == Mask.from_array(disc(radius=50))


def test_journalling(desk, writer):
    journalling, away = JournalVerbs(desk), []
    journalling.put_away.connect(away.append)
    journalling.begin(writer)
    painted(desk, (20, 20))
    journal = desk.journal
    assert writer.settle()
    assert (journal.folder / "log.1").exists()
    desk.close()
    assert away == [journal]
    assert desk.journal is None
    assert writer.settle()
    assert recovery.recoverable() == [], "it was closed in order"


def test_the_journal_goes_on_whoever_else_listens(desk, writer):
    JournalVerbs(desk).begin(writer)
    desk.changed()  # as when a document is opened
    kept, samples = [], []

    def listen():
        state = desk.journal._state
        kept.append(state.steps[state.at].document is desk.document)

    desk.changed.connect(listen)
    desk.stroked.connect(lambda stroke: samples.append(desk.journal._live.stroke is stroke))
    for signal in ("changed", "stroked", "leaving", "stroke_over"):
        with pytest.raises(AttributeError, match="connect to"):
            setattr(desk, signal, lambda *_: None)
    painted(desk, (20, 20))
    PaintingVerbs(desk).invert()
    desk.undo()
    assert samples == [True]
    assert kept == [True] * 3, "each step is kept before others hear of it"
    assert writer.settle()
    until(
        lambda: not desk.journal._copying.is_alive()
    )  # the pixels of a photo without a file, by a thread of their own
    grave = recovery.home() / "grave"
    shutil.copytree(desk.journal.folder, grave, ignore=shutil.ignore_patterns(".*.part"))
    found = recovery.recover(next(one for one in recovery.recoverable() if one.folder == grave))
    found.lock.release()
    assert [step.label for step in found.history.steps] == ["Open", "Paint", "Invert mask"]
    assert found.history.position == 1
    np.testing.assert_array_equal(found.history.document.alpha.array(), alpha(desk))


def test_services(desk):
    services, failed = ServiceVerbs(desk), []
    desk.failed = failed.append
    params = services.offers("runware")["detect"]()
    departure = services.prepare("runware", "detect", params)
    assert departure.area == desk.document.frame
    services.ask("runware", "detect", params)
    assert [type(error) for error in failed] == [NotAgreed], "nobody here can ask the user"


def test_rivals(desk):
    rivals = RivalVerbs(desk)
    assert rivals.pair is None
    rivals.blink()
    assert desk.said == ["There is no answer of a service beside a local one."]


# What they share


def test_who_is_made_first_makes_no_difference_to_a_stroke(desk):
    for kind in reversed(KINDS):
        kind(desk)
    painting, edging, over = PaintingVerbs(desk), EdgingVerbs(desk), []
    desk.stroke_over.connect(lambda hand: over.append((type(hand.stroke).__name__, desk.in_hand)))
    for end in (desk.cancel_stroke, desk.end_stroke):
        painting.begin_stroke(BrushParams(size=20), 255)
        painting.stroke_to(-500, -500)  # beside the photo: nothing comes of it
        end()
        assert painting.stroke is None
        edging.begin_stroke(BrushParams(size=20), HINT_UNKNOWN)
        edging.stroke_to(-500, -500)
        end()
        assert edging.stroke is None
    assert over == [("Stroke", None), ("EdgeStroke", None)] * 2
    assert desk.history.position == 0


def test_beginning_with_one_brush_ends_the_stroke_of_the_other(desk):
    painting, edging = PaintingVerbs(desk), EdgingVerbs(desk)
    painting.begin_stroke(BrushParams(size=20), 0)
    painting.stroke_to(150, 140)
    edging.begin_stroke(BrushParams(size=20), HINT_MASK)
    assert painting.stroke is None
    assert desk.undo_label == "Erase"
    edging.stroke_to(70, 140)
    painting.begin_stroke(BrushParams(size=20), 0)
    assert edging.stroke is None
    assert desk.undo_label == "Erase refinement"
    desk.cancel_stroke()


def test_a_desk_with_a_solver_solves_what_others_leave_to_it(desk):
    ShapingVerbs(desk)
    edging = EdgingVerbs(desk)
    edging.begin_stroke(BrushParams(size=20), HINT_UNKNOWN)
    edging.stroke_to(70, 140)
    desk.end_stroke()
    assert not desk.active.unsolved
