"""The editor's own window under real events of pen, mouse and wheel, and two plain widgets to measure it by."""

import math
import os
import threading
import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import (
    QImage,
    QInputDevice,
    QMouseEvent,
    QPainter,
    QPixmap,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from maskstudio.core.cv import cv2
from maskstudio.core.document import Document, Layer
from maskstudio.core.history import History
from maskstudio.core.image import Image
from maskstudio.core.mask import Mask
from maskstudio.ui.app import create_window

NONE, LEFT, MIDDLE = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
PLAIN = Qt.KeyboardModifier.NoModifier
BRUSH = 300  # px of the photo
MOVES, STEP = 40, 8  # movements of the pen in a stroke, and logical px of each: a brisk hand at 200 reports a second


def document(width, height, folder):
    """Structure in the photo, and a subject whose soft edge crosses all of it.

    The photo is in a file, as what people open is: the journal copies that, and need not compress the pixels.
    """
    coarse = np.random.default_rng(0).integers(0, 256, (height // 16, width // 16, 3), np.uint8)
    alpha = np.zeros((height, width), np.uint8)
    cv2.circle(alpha, (width // 2, height // 2), height // 3, 255, -1, cv2.LINE_AA)
    mask = Mask.from_array(cv2.blur(alpha, (9, 9)))
    pixels, path = cv2.resize(coarse, (width, height)), folder / f"{width}.jpg"
    path.write_bytes(cv2.imencode(".jpg", pixels[..., ::-1])[1].tobytes())
    os.utime(path, (0, 0))
    image = Image(pixels, name=path.name, path=path)
    return Document(image).add([Layer(0, "subject", mask, mask)])


def wait(canvas, seconds):
    """Let what runs late come to its end: panels, thumbnails, tiles made ahead."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or not canvas.complete:
        QApplication.processEvents()
        time.sleep(0.002)


class Hands:
    """Sends a widget what pen, mouse and wheel send, and tells the seconds until it is repainted."""

    def __init__(self, widget):
        self.widget = widget
        can = QInputDevice.Capability.Position | QInputDevice.Capability.Pressure
        stylus, pen = QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen
        self._pen = QPointingDevice("pen", 1, stylus, pen, can, 1, 1)

    def send(self, event):
        start = time.perf_counter()
        QCoreApplication.sendEvent(self.widget, event)
        QApplication.processEvents()
        return time.perf_counter() - start

    def pen(self, kind, at, pressure):
        held = NONE if kind == QEvent.Type.TabletRelease else LEFT
        place = self.widget.mapToGlobal(at)
        return self.send(QTabletEvent(kind, self._pen, at, place, pressure, 0, 0, 0.0, 0.0, 0.0, PLAIN, LEFT, held))

    def mouse(self, kind, at, button, buttons):
        return self.send(QMouseEvent(kind, at, self.widget.mapToGlobal(at), button, buttons, PLAIN))

    def wheel(self, at, angle):
        phase = Qt.ScrollPhase.NoScrollPhase
        place = self.widget.mapToGlobal(at)
        return self.send(QWheelEvent(at, place, QPoint(), QPoint(0, angle), NONE, PLAIN, phase, False))

    def strokes(self, count, seed):
        """Winding strokes whose pressure comes and goes."""
        random, times = np.random.default_rng(seed), {"press": [], "stroke": [], "release": []}
        width, height = self.widget.width(), self.widget.height()
        for _ in range(count):
            x, y = random.uniform(0.2, 0.8) * width, random.uniform(0.2, 0.8) * height
            way = random.uniform(0, 2 * math.pi)
            times["press"].append(self.pen(QEvent.Type.TabletPress, QPointF(x, y), 0.5))
            for step in range(MOVES):
                way += random.normal(0, 0.2)
                x = min(max(x + STEP * math.cos(way), 5), width - 5)
                y = min(max(y + STEP * math.sin(way), 5), height - 5)
                pressure = 0.5 + 0.45 * math.sin(step / 7)
                times["stroke"].append(self.pen(QEvent.Type.TabletMove, QPointF(x, y), pressure))
            times["release"].append(self.pen(QEvent.Type.TabletRelease, QPointF(x, y), 0.0))
            yield times

    def pan(self, moves):
        at = QPointF(self.widget.width() / 2, self.widget.height() / 2)
        self.mouse(QEvent.Type.MouseButtonPress, at, MIDDLE, MIDDLE)
        times = []
        for step in range(moves):
            at += QPointF(9 * math.cos(step / 9), 7 * math.sin(step / 11))
            times.append(self.mouse(QEvent.Type.MouseMove, at, NONE, MIDDLE))
        self.mouse(QEvent.Type.MouseButtonRelease, at, MIDDLE, NONE)
        return times


class Desk:
    """The window with a photo open and the soft brush in hand."""

    def __init__(self):
        self.window = create_window([])
        self.window._closing = True
        self.window.resize(1920, 1200)
        self.window.show()
        self.canvas = self.window.canvas
        self.hands = Hands(self.canvas)

    def close(self):
        """Close the window, and wait for what it leaves to its threads: they write where the home is by then."""
        self.window.close()
        for thread in threading.enumerate():
            if thread.name == "farewell":
                thread.join()

    def show(self, shown, look):
        """``look`` is "fit" or "100 %"."""
        session = self.window.session
        session.history = History(shown)
        session.changed()
        actions = self.window.actions_by_id
        actions["tool.brush"].trigger()
        soft = {"size": BRUSH, "hardness": 0.0, "pressure_size": False, "pressure_opacity": True}
        tool = self.window.tools.tool
        tool.set_params(replace(tool.params, **soft))
        actions["view.fit" if look == "fit" else "view.actual"].trigger()
        wait(self.canvas, 0.6)

    def paint(self, count, seed):
        """Strokes, then as many steps back and forth."""
        for times in self.hands.strokes(count, seed):  # noqa: B007
            wait(self.canvas, 0.1)
        for name in ("undo", "redo"):
            times[name] = [self._step(name) for _ in range(count)]
        return times

    def zoom(self, steps):
        """To the first repaint, and until all of it is sharp."""
        at, times = QPointF(700, 500), {"zoom": [], "zoom, sharp": []}
        for step in range(steps):
            start = time.perf_counter()
            times["zoom"].append(self.hands.wheel(at, 60 if step // 3 % 2 == 0 else -60))
            self._finish()
            times["zoom, sharp"].append(time.perf_counter() - start)
            wait(self.canvas, 0.03)
        return times

    def _step(self, name):
        start = time.perf_counter()
        self.window.actions_by_id[f"edit.{name}"].trigger()
        self._finish()
        took = time.perf_counter() - start
        wait(self.canvas, 0.1)
        return took

    def _finish(self):
        QApplication.processEvents()
        while not self.canvas.complete:
            QApplication.processEvents()


class Floor(QWidget):
    """The least there is: copies a picture, where the brush is or all of it."""

    def __init__(self, size):
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._picture = QPixmap(size)
        self._picture.fill(Qt.GlobalColor.gray)
        self.brush = 0  # device px; 0 repaints everything

    def tabletEvent(self, event):
        event.accept()
        at = event.position().toPoint()
        self.update(QRect(at.x() - self.brush // 2, at.y() - self.brush // 2, self.brush, self.brush))

    def mouseMoveEvent(self, event):
        event.accept()
        self.update()

    def paintEvent(self, event):
        painter = QPainter(self)
        painter.drawPixmap(event.rect(), self._picture, event.rect())


class Plain(QWidget):
    """A straightforward viewer: puts photo and overlay together anew for each repaint, as far as they are in sight."""

    def __init__(self, shown, look, size):
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._photo, self._alpha = shown.image.pixels, shown.alpha.array()
        fits = min(size.width() / shown.size[0], size.height() / shown.size[1])
        self._scale, self._moved = (fits if look == "fit" else 1.0), 0
        self._seen = size

    def tabletEvent(self, event):
        event.accept()
        x, y = (int(value / self._scale) for value in event.position().toTuple())
        cv2.circle(self._alpha, (x, y), BRUSH // 2, 255, -1)
        self.update()

    def mouseMoveEvent(self, event):
        event.accept()
        self._moved += 3
        self.update()

    def wheelEvent(self, event):
        event.accept()
        self.update()

    def paintEvent(self, _event):
        size = self._seen
        across, down = (int(side / self._scale) for side in (size.width(), size.height()))
        there = slice(self._moved, self._moved + down), slice(self._moved, self._moved + across)
        photo, alpha = self._photo[there], self._alpha[there]
        if self._scale != 1:
            to = max(int(alpha.shape[1] * self._scale), 1), max(int(alpha.shape[0] * self._scale), 1)
            photo = cv2.resize(photo, to, interpolation=cv2.INTER_AREA)
            alpha = cv2.resize(alpha, to, interpolation=cv2.INTER_AREA)
        cover = (255 - alpha.astype(np.uint16))[..., None] // 2
        mixed = (photo * (255 - cover) + np.array([214, 0, 255], np.uint16) * cover) // 255
        pixels = np.ascontiguousarray(mixed.astype(np.uint8))
        height, width = pixels.shape[:2]
        image = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        QPainter(self).drawImage(0, 0, image)


def alone(widget):
    """A plain widget in a window of the editor's size."""
    window = QMainWindow()
    window.setCentralWidget(widget)
    window.resize(1920, 1200)
    window.show()
    QApplication.processEvents()
    return window
