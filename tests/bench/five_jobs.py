"""A designer's five jobs in the real window, from open to export: ``python -m tests.bench.five_jobs [--data DIR]``.

A portrait, a dog, a car, a clock and a product on white are cut out with keys and clicks alone. The hand that drives
the window knows the true shape: where the cut-out differs from it, the hand corrects it with the Select tool, a click
at the middle of the largest error each time; in a window without that tool it draws the outline with the polygon lasso,
with as few corners as reach the same overlap, and refines its edge. Counted are the steps (keys, clicks, dialogs) and
the seconds of the machine; what was written is compared with the truth. ``--keep DIR`` keeps the photos and cut-outs.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from maskstudio.core.cv import cv2
from maskstudio.core.files import read_image
from maskstudio.matting import foreground

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
GOOD = 0.95  # overlap with the truth (IoU) at which the hand is content
WORTH = 0.5  # overlap from which a find is mended rather than made anew
MOST = 20  # clicks after which it gives up
WAIT = 300  # seconds
LEFT, PLAIN, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
KNOWN = {  # photo and alpha; those of portrait, dog and car are other models' answers to the same photo
    "portrait": (
        "matting/p3m_portraits/image/p_d684dae3.jpg",
        "matting/p3m_portraits/alpha_p3m_prediction/p_d684dae3.png",
    ),
    "dog": ("matting/am2k_animals/image/sample11.jpg", "matting/am2k_animals/alpha_gfm_prediction/sample11.png"),
    "car": ("photos/rembg/examples/car-2.jpg", "photos/rembg/examples/car-2.out.png"),
}
CLOCK = "photos/coco_products5/000000000078.jpg"
OUTLINE = [  # of the clock, by hand
    (453, 0), (450, 20), (425, 27), (395, 45), (372, 72), (360, 100), (358, 127), (362, 155), (373, 182), (392, 205),
    (372, 205), (356, 213), (353, 225), (358, 242), (370, 256), (385, 260), (399, 258), (396, 275), (386, 303),
    (366, 330), (340, 352), (325, 375), (314, 402), (313, 425), (317, 450), (328, 477), (343, 508), (338, 525),
    (336, 550), (318, 575), (306, 611), (338, 611), (372, 580), (376, 575), (532, 573), (534, 580), (560, 590),
    (585, 611), (608, 611), (600, 575), (580, 552), (586, 543), (571, 528), (548, 503), (557, 482), (567, 453),
    (571, 425), (567, 397), (552, 366), (526, 334), (509, 302), (503, 275), (504, 260), (520, 255), (540, 260),
    (556, 253), (562, 238), (558, 222), (545, 211), (524, 211), (548, 190), (566, 162), (574, 127), (571, 100),
    (559, 70), (536, 44), (508, 27), (491, 20), (488, 0),
]  # fmt: skip
PRODUCT = ("matting/alphamatting/image/GT05.png", "matting/alphamatting/alpha/GT05.png")


@dataclass
class Job:
    """One photo in a file, its subject (bool (H, W)), and what was done for it."""

    name: str
    photo: Path
    truth: np.ndarray
    pressed: list[str] = field(default_factory=list)
    said: str = ""
    first: float = 0.0  # the overlap after the one press
    found: float = 0.0  # the overlap of what was written
    seconds: float = 0.0
    busy: float = 0.0  # seconds of all processors

    @property
    def row(self) -> str:
        """The job as a line of the table."""
        said = f"{self.name:9} {len(self.pressed):5} {self.seconds:7.1f} {self.busy:7.1f} {self.first:7.3f}"
        return f"{said} {self.found:7.3f}  {self.said}"


def jobs(data: Path, folder: Path) -> list[Job]:
    """The five, as far as their photos are there; those that are made are written into ``folder``."""
    made = [
        Job(name, data / photo, plane(data / alpha) >= 128)
        for name, (photo, alpha) in KNOWN.items()
        if (data / photo).exists() and (data / alpha).exists()
    ]
    if (data / CLOCK).exists():
        truth = np.zeros(plane(data / CLOCK).shape, np.uint8)
        cv2.fillPoly(truth, [np.array(OUTLINE, np.int32)], 1)
        made.append(Job("clock", data / CLOCK, truth > 0))
    if (data / PRODUCT[0]).exists():
        made.append(product(data, folder))
    return made


def product(data: Path, folder: Path) -> Job:
    """A toy on white paper that darkens towards the back, with the shadow under it."""
    rgb, alpha = read_image(data / PRODUCT[0]).image.pixels, plane(data / PRODUCT[1]).astype(np.float32) / 255
    clean = foreground.estimate(rgb, alpha).astype(np.float32)
    height, width = alpha.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    paper = np.float32(246) - 22 * (1 - rows / height) ** 2 - 6 * np.abs(columns / width - 0.5)
    edges = np.argwhere(alpha > 0.5)
    foot, left, right = edges[:, 0].max(), edges[:, 1].min(), edges[:, 1].max()
    lift = round(0.12 * height)  # the thing stands in the picture, not on its edge
    shadow = np.zeros((height, width), np.float32)
    centre, axes = ((left + right) // 2, foot - lift - 4), ((right - left) // 2, round(0.05 * height))
    cv2.ellipse(shadow, (int(centre[0]), int(centre[1])), (int(axes[0]), int(axes[1])), 0, 0, 360, 1, -1)
    paper = (paper * (1 - 0.45 * cv2.GaussianBlur(shadow, (0, 0), 0.02 * width)))[..., None]
    alpha, clean = np.roll(alpha, -lift, 0), np.roll(clean, -lift, 0)
    alpha[-lift:] = 0
    grain = np.random.default_rng(5).normal(0, 1.5, (height, width, 1)).astype(np.float32)
    shot = clean * alpha[..., None] + paper * (1 - alpha[..., None]) + grain
    path = folder / "product.png"
    path.write_bytes(cv2.imencode(".png", np.clip(shot, 0, 255).astype(np.uint8)[..., ::-1])[1].tobytes())
    return Job("product", path, alpha > 0.5)


def plane(path: Path) -> np.ndarray:
    """One plane of a file, uint8 (H, W): its alpha if it has one, else its first channel."""
    read = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    return read if read.ndim == 2 else read[..., 3] if read.shape[2] == 4 else read[..., 0]


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two bool planes."""
    return float((one & other).sum() / max((one | other).sum(), 1))


class Hand:
    """Drives the window with events, and writes down each of them."""

    def __init__(self, folder: Path) -> None:
        from maskstudio.ui.app import create_window

        self.folder = folder
        self.window = create_window([])
        self.window._closing = True
        self.window.resize(1366, 768)
        self.window.show()
        self.window.activateWindow()
        self.wait(lambda: True, 0.5)

    @property
    def session(self):
        """The session in front."""
        return self.window.session

    def wait(self, there, least: float = 0.05) -> None:
        """Let the window work until ``there()``, and until no job runs."""
        since = time.perf_counter()
        while time.perf_counter() - since < WAIT:
            QApplication.processEvents()
            if time.perf_counter() - since >= least and there() and not self.window.job_reports.jobs:
                return
            time.sleep(0.002)
        raise TimeoutError

    def do(self, job: Job) -> None:
        """One job, from open to export."""
        since, busy = time.perf_counter(), time.process_time()
        QFileDialog.getOpenFileNames = lambda *_: ([str(job.photo)], "")
        self.key(job, "file.open")
        job.pressed.append("choose the photo")
        self.wait(lambda: self.session.document is not None and self.session.document.image.name == job.photo.name)
        self.window.notice.hide()
        self.key(job, "select.subject")
        self.wait(lambda: True)
        job.said = self.window.notice.sentence
        job.first = overlap(self.mask(), job.truth) if self.session.document.layers else 0.0
        if job.first < self.enough(job):
            self.correct(job)
        target = self.folder / f"{job.name}-cutout.png"
        QFileDialog.getSaveFileName = lambda *_: (str(target), "")
        self.key(job, "file.export")
        job.pressed.append("choose the name")
        self.wait(target.exists)
        job.seconds, job.busy = time.perf_counter() - since, time.process_time() - busy
        job.found = overlap(plane(target) >= 128, job.truth)

    @staticmethod
    def enough(job: Job) -> float:
        """The overlap the hand is content with; the clock's outline is rougher than an edge."""
        return GOOD - 0.05 if job.name == "clock" else GOOD

    def mask(self) -> np.ndarray:
        """What would be written, as a bool plane."""
        return self.session.document.alpha.array() >= 128

    def key(self, job: Job, action: str) -> None:
        """Press the key of an action; where it has none, choose it from the menu."""
        keys = self.window.actions_by_id[action].shortcut()
        job.pressed.append(f"{action} ({keys.toString(QKeySequence.SequenceFormat.PortableText) or 'menu'})")
        if keys.isEmpty():
            self.window.actions_by_id[action].trigger()
        else:
            pressed = keys[0]
            QTest.keyClick(self.window.canvas, pressed.key(), pressed.keyboardModifiers())
        QApplication.processEvents()

    def click(self, job: Job, x: float, y: float, what: str, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        """Click at a place of the photo."""
        job.pressed.append(f"{what} at {x:.0f}, {y:.0f}")
        none = Qt.MouseButton.NoButton
        self.send((x, y), QEvent.Type.MouseMove, none, none, modifiers)
        self.send((x, y), QEvent.Type.MouseButtonPress, LEFT, LEFT, modifiers)
        self.send((x, y), QEvent.Type.MouseButtonRelease, LEFT, none, modifiers)

    def correct(self, job: Job) -> None:
        """Mend what is wrong, in the way the window has for it."""
        if "tool.select" in self.window.actions_by_id:
            self.mend(job)
        else:
            self.outline(job)

    def mend(self, job: Job) -> None:
        """Click with the Select tool where the error is largest, until the candidate shown is good; then take it."""
        now = self.mask() if self.session.document.layers else np.zeros_like(job.truth)
        mends = job.first >= WORTH
        if not self.offered(job, "Mend" if mends else "Draw a Box"):
            if not mends and self.session.document.layers:  # the ghost is not kept
                self.key(job, "layer.delete")
            self.key(job, "tool.select")
            tool, how = self.window.tools.tool, "mend" if mends else "layer"
            if tool.params.how != how:
                job.pressed.append(f"Result: {how}")
                tool.set_params(replace(tool.params, how=how))
        pending = self.window.tools.tool.pending
        if not mends:
            self.box(job)
            self.wait(lambda: not pending.waiting)
            now = self.shown(pending, np.zeros_like(job.truth))
        for _ in range(MOST):
            if overlap(now, job.truth) >= self.enough(job):
                break
            missing, spare = middle(job.truth & ~now), middle(now & ~job.truth)
            inside = missing[0] >= spare[0]
            _, x, y = missing if inside else spare
            self.click(job, x, y, "click" if inside else "Alt-click", PLAIN if inside else ALT)
            self.wait(lambda: not pending.waiting)
            now = self.shown(pending, now)
        job.pressed.append("Enter")
        QTest.keyClick(self.window.canvas, Qt.Key.Key_Return)
        self.wait(lambda: bool(self.session.document.layers))
        if self.session.active.refinement is None:  # what was mended has its edge solved already
            self.key(job, "select.refine")
            self.wait(lambda: True)

    def offered(self, job: Job, words: str) -> bool:
        """Press the button above the photo that begins with these words; returns whether there is one."""
        for button in self.window.notice.buttons if self.window.notice.sentence else ():
            if button.text().startswith(words):
                job.pressed.append(button.text())
                QTest.mouseClick(button, LEFT)
                return True
        return False

    def box(self, job: Job) -> None:
        """Drag a box around the subject, a little too large."""
        rows, columns = np.nonzero(job.truth)
        spare = 0.02 * max(job.truth.shape)
        start, end = (columns.min() - spare, rows.min() - spare), (columns.max() + spare, rows.max() + spare)
        height, width = job.truth.shape
        corners = [(min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)) for x, y in (start, end)]
        job.pressed.append("box around it")
        none = Qt.MouseButton.NoButton
        self.send(corners[0], QEvent.Type.MouseMove, none, none)
        self.send(corners[0], QEvent.Type.MouseButtonPress, LEFT, LEFT)
        for share in (0.25, 0.5, 0.75, 1.0):
            x, y = (a + share * (b - a) for a, b in zip(*corners, strict=True))
            self.send((x, y), QEvent.Type.MouseMove, none, LEFT)
        self.send(corners[1], QEvent.Type.MouseButtonRelease, LEFT, none)

    def send(self, at, kind, button, held, modifiers=PLAIN) -> None:
        """Send the canvas an event of the mouse at a place of the photo."""
        canvas = self.window.canvas
        place = self.window.tools.tool.place(*at)
        QApplication.sendEvent(canvas, QMouseEvent(kind, place, canvas.mapToGlobal(place), button, held, modifiers))
        QApplication.processEvents()

    @staticmethod
    def shown(pending, before: np.ndarray) -> np.ndarray:
        """The candidate that is shown, as a bool plane."""
        answer = pending.now.answer
        return before if answer is None else answer.candidates[pending.now.chosen].mask.array() >= 128

    def outline(self, job: Job) -> None:
        """Draw around it corner by corner, and refine the edge."""
        if self.session.document.layers:  # the ghost is not kept
            self.key(job, "layer.delete")
        self.key(job, "tool.polygon")
        for x, y in fewest(job.truth, self.enough(job)):
            self.click(job, x, y, "corner")
        job.pressed.append("Enter")
        QTest.keyClick(self.window.canvas, Qt.Key.Key_Return)
        self.wait(lambda: bool(self.session.document.layers))
        self.key(job, "select.refine")
        self.wait(lambda: True)


def middle(error: np.ndarray) -> tuple[float, float, float]:
    """How deep an error (bool (H, W)) reaches at most, in px, and where: x, y."""
    ringed = np.pad(error.astype(np.uint8), 1)
    depth = cv2.distanceTransform(ringed, cv2.DIST_L2, 5)[1:-1, 1:-1]
    y, x = np.unravel_index(int(depth.argmax()), depth.shape)
    return float(depth.max()), float(x), float(y)


def fewest(truth: np.ndarray, enough: float) -> list[tuple[float, float]]:
    """The corners of the coarsest outline of the largest part that overlaps well enough."""
    contours, _ = cv2.findContours(truth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contour = max(contours, key=cv2.contourArea)
    for away in np.geomspace(0.05 * max(truth.shape), 1.0, 30):
        corners = cv2.approxPolyDP(contour, float(away), True)[:, 0]
        drawn = np.zeros(truth.shape, np.uint8)
        cv2.fillPoly(drawn, [corners], 1)
        if len(corners) >= 3 and overlap(drawn > 0, truth) >= enough + 0.005:
            break
    return [(float(x), float(y)) for x, y in corners]


def main() -> None:
    """Do the jobs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--steps", action="store_true", help="print every step")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        os.environ.setdefault("MASKSTUDIO_HOME", str(Path(spare) / "home"))
        folder = options.keep or Path(spare)
        folder.mkdir(parents=True, exist_ok=True)
        app = QApplication(sys.argv[:1])
        hand = Hand(folder)
        print("job       steps seconds     cpu   first written  what it said")
        done = jobs(options.data, folder)
        for job in done:
            hand.do(job)
            print(job.row, flush=True)
            if options.steps:
                print("          " + " · ".join(job.pressed))
        for name in ("steps", "seconds"):
            total = sum(len(job.pressed) if name == "steps" else job.seconds for job in done)
            print(f"{name} in all: {total:.0f}")
        hand.window.close()
        hand.window.farewell.wait(WAIT)
        app.quit()


if __name__ == "__main__":
    main()
