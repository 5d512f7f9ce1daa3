"""The one place that imports OpenCV first, so that its side effects on the process stay here.

The opencv-python wheels set Qt and linker variables while importing, which leak into our own Qt and into children.
Everyone writes ``from maskstudio.core.cv import cv2``.
"""

import os

_TOUCHED = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR", "LD_LIBRARY_PATH")
_before = {name: os.environ.get(name) for name in _TOUCHED}

import cv2

for _name, _value in _before.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value

cv2.setNumThreads(max(1, os.cpu_count() or 1))

__all__ = ["cv2"]
