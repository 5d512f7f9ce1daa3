"""What a colour is called, in a word or two."""

import colorsys

from PySide6.QtCore import QCoreApplication

_BLACK, _WHITE = 0.12, 0.93  # lightness below and above which a colour is black or white
_DARK, _LIGHT = 0.33, 0.67
_GREY = 0.12  # chroma below which it has no hue


def named(colour: tuple[int, int, int]) -> str:
    """``colour`` (red, green, blue in 0..255) in words, such as "light green"."""
    red, green, blue = (value / 255 for value in colour)
    hue, lightness, _ = colorsys.rgb_to_hls(red, green, blue)
    chroma = max(red, green, blue) - min(red, green, blue)
    if lightness < _BLACK:
        return _said("black")
    if lightness > _WHITE:
        return _said("white")
    shades = {
        "grey": (_said("dark grey"), _said("grey"), _said("light grey")),
        "red": (_said("dark red"), _said("red"), _said("pink")),
        "orange": (_said("brown"), _said("orange"), _said("light orange")),
        "yellow": (_said("dark yellow"), _said("yellow"), _said("light yellow")),
        "green": (_said("dark green"), _said("green"), _said("light green")),
        "cyan": (_said("dark cyan"), _said("cyan"), _said("light cyan")),
        "blue": (_said("dark blue"), _said("blue"), _said("light blue")),
        "purple": (_said("dark purple"), _said("purple"), _said("light purple")),
        "magenta": (_said("dark magenta"), _said("magenta"), _said("light magenta")),
    }
    shade = 0 if lightness < _DARK else 2 if lightness > _LIGHT else 1
    return shades["grey" if chroma < _GREY else _hue(hue * 360)][shade]


def _hue(degrees: float) -> str:
    ends = ((16, "red"), (45, "orange"), (70, "yellow"), (165, "green"), (195, "cyan"), (255, "blue"), (290, "purple"))
    last = 335  # from here on it is red again
    return next((name for end, name in ends if degrees < end), "magenta" if degrees < last else "red")


def _said(text: str) -> str:
    return QCoreApplication.translate("colours", text)
