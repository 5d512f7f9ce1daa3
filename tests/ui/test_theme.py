"""The theme: neutral, legible, following the system when told to. The icons: in its colours, crisp at every ratio."""

import gc
from dataclasses import asdict

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QPushButton

from maskstudio.paths import resource
from maskstudio.ui.help.palette import Palette
from maskstudio.ui.registry.table import ACTIONS
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.icons import icon

BOTH = (theme.DARK, theme.LIGHT)
GREYS = (
    "bar", "window", "field", "raised", "hover", "pressed", "line", "border", "mark", "chosen", "track", "handle",
    "knob", "text", "muted", "disabled", "surround",
)  # fmt: skip
ICONS = """
    open export undo redo zoom-in zoom-out fit actual-size hand
    detect cutout refine eye eye-off trash up down add
    subtract intersect view-overlay view-black view-white view-checker view-mask view-image download
    check chevron-down chevron-right close cancel image warning info search
    sample layers mask jobs more float reset
""".split()  # noqa: SIM905  a list of 45 quoted words reads worse


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    srgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2 defines it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.fixture
def app(qapp):
    palette, sheet = qapp.palette(), qapp.styleSheet()
    yield qapp
    qapp.styleHints().unsetColorScheme()
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)


@pytest.mark.parametrize("tokens", BOTH, ids=lambda tokens: tokens.name)
def test_text_is_legible_wherever_it_stands(tokens):
    grounds = ("bar", "window", "field", "raised", "hover", "pressed", "chosen", "selection")
    for ground in grounds:
        assert contrast(tokens.text, getattr(tokens, ground)) >= 4.5, ground
    for ground in ("bar", "window", "field", "raised"):
        assert contrast(tokens.muted, getattr(tokens, ground)) >= 4.5, ground
    for words in ("accent_text", "bad", "good", "warn"):
        assert contrast(getattr(tokens, words), tokens.window) >= 4.5, words
    for fill in ("accent", "accent_hover"):
        assert contrast(tokens.on_accent, getattr(tokens, fill)) >= 4.5, fill


@pytest.mark.parametrize("tokens", BOTH, ids=lambda tokens: tokens.name)
def test_controls_focus_rings_and_disabled_words_can_be_seen(tokens):
    for ground in ("window", "field"):
        assert contrast(tokens.accent_text, getattr(tokens, ground)) >= 3
        assert contrast(tokens.mark, getattr(tokens, ground)) >= 3
        assert contrast(tokens.disabled, getattr(tokens, ground)) >= 2.5
    assert contrast(tokens.accent, tokens.window) >= 2.5


@pytest.mark.parametrize("tokens", BOTH, ids=lambda tokens: tokens.name)
def test_greys_have_no_tint(tokens):
    for name in GREYS:
        colour = QColor(asdict(tokens)[name])
        assert colour.red() == colour.green() == colour.blue(), name


@pytest.mark.parametrize("tokens", BOTH, ids=lambda tokens: tokens.name)
def test_the_sheet_has_no_open_names_and_no_missing_pictures(tokens):
    import re
    from pathlib import Path

    sheet = theme.style_sheet(tokens)
    assert "$" not in sheet
    pictures = re.findall(r"url\(([^)]+)\)", sheet)
    assert pictures
    assert all(Path(picture).is_file() for picture in pictures)


def test_apply_changes_palette_sheet_and_tokens(app):
    for tokens in BOTH:
        theme.apply(app, tokens.name)
        assert theme.tokens() is tokens
        assert app.palette().color(QPalette.ColorRole.Window).name() == tokens.window
        assert app.styleSheet() == theme.style_sheet(tokens)


def test_system_follows_and_a_chosen_theme_does_not(app):
    hints = app.styleHints()
    theme.apply(app, "system")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.tokens() is theme.LIGHT
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens() is theme.DARK
    theme.apply(app, "light")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens() is theme.LIGHT


def test_a_checked_box_shows_a_white_tick_on_the_accent(app, qtbot, pixels):
    theme.apply(app, "dark")
    box = QCheckBox("x")
    qtbot.addWidget(box)
    box.setChecked(True)
    box.resize(60, 26)
    mark = pixels(box.grab().toImage())[:, :16].reshape(-1, 3)
    accent = np.array(QColor(theme.DARK.accent).getRgb()[:3])
    assert (np.abs(mark - accent).max(axis=1) < 8).sum() > 60
    assert (mark.min(axis=1) > 225).sum() > 6


def test_focus_can_be_seen_on_a_button(app, qtbot, pixels):
    theme.apply(app, "light")
    button = QPushButton("Go")
    qtbot.addWidget(button)
    button.show()
    button.clearFocus()
    before = pixels(button.grab().toImage())
    button.activateWindow()
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    after = pixels(button.grab().toImage())
    assert (np.abs(before - after).max(axis=2) > 60).sum() > 40


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_drawn_in_the_colour_of_the_theme(app, name):
    for tokens in BOTH:
        theme.apply(app, tokens.name)
        image = icon(name).pixmap(QSize(20, 20), 2.0).toImage()
        assert (image.width(), image.height()) == (40, 40)
        shades = [image.pixelColor(x, y) for x in range(40) for y in range(40)]
        inked = [shade for shade in shades if shade.alpha() > 200]
        assert len(inked) > 12
        for shade in inked:
            assert abs(shade.red() - QColor(tokens.text).red()) <= 6


def test_an_icon_that_was_kept_is_drawn_in_the_theme_of_now(app):
    theme.apply(app, "dark")
    kept, own = icon("eye"), icon("eye", "#cc0000")
    dark = kept.pixmap(QSize(20, 20), 1.0).toImage()
    red = own.pixmap(QSize(20, 20), 1.0).toImage()
    copy = QIcon(kept)
    copy.addPixmap(QPixmap())
    theme.apply(app, "light")
    assert inks(kept) == inks(copy) == {theme.LIGHT.text}
    assert inks(kept, QIcon.Mode.Disabled) == {theme.LIGHT.disabled}
    assert own.pixmap(QSize(20, 20), 1.0).toImage() == red
    theme.apply(app, "dark")
    assert kept.pixmap(QSize(20, 20), 1.0).toImage() == dark


def inks(one, mode=QIcon.Mode.Normal):
    """The colours of the fully opaque pixels of an icon or a pixmap."""
    image = (one.pixmap(QSize(40, 40), 1.0, mode) if isinstance(one, QIcon) else one).toImage()
    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return {shade.name() for shade in (image.pixelColor(*place) for place in places) if shade.alpha() == 255}


def test_nothing_in_the_window_keeps_the_colour_of_the_theme_before(app, window):
    """Menus that are closed, the palette that is open, panels, bars, the notice and the welcome."""
    window.show_theme("dark")
    window.notice.show_sentence("Something.", "info", "Do It", lambda: None)
    window.actions_by_id["edit.commands"].trigger()
    found = window.findChild(Palette).found
    for old, new in ((theme.DARK, theme.LIGHT), (theme.LIGHT, theme.DARK)):
        window.show_theme(new.name)
        kept = {f"command {each.title}": each.picture for each in found}
        kept |= {f"action {each.text()}": each.icon() for each in window.findChildren(QAction)}
        buttons = window.findChildren(QAbstractButton)
        kept |= {f"{each.objectName()} {each.accessibleName()}": each.icon() for each in buttons}
        kept |= {f"label {each.objectName()}": each.pixmap() for each in window.findChildren(QLabel)}
        assert len(kept) > 150
        stale = [name for name, one in kept.items() if not one.isNull() and old.text in inks(one)]
        assert stale == []
        assert sum(new.text in inks(one) for one in kept.values() if not one.isNull()) > 60


def test_disabled_and_checked_icons_differ(app):
    theme.apply(app, "dark")
    made = icon("eye")
    normal = made.pixmap(QSize(20, 20), 1.0).toImage()
    assert normal != made.pixmap(QSize(20, 20), 1.0, QIcon.Mode.Disabled).toImage()
    assert normal != made.pixmap(QSize(20, 20), 1.0, QIcon.Mode.Normal, QIcon.State.On).toImage()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("size", [16, 20])
def test_icons_have_a_pixmap_for_the_ratio(app, ratio, size):
    pixmap = icon("open").pixmap(QSize(size, size), ratio)
    assert pixmap.width() == round(size * ratio)


def test_every_action_has_its_icon():
    for spec in ACTIONS:
        if spec.icon:
            assert not icon(spec.icon).isNull(), spec.icon


def test_the_application_icon_and_what_is_missing(app):
    assert not QIcon(str(resource("icons/maskstudio.svg"))).pixmap(64, 64).isNull()
    with pytest.raises(FileNotFoundError, match=r"nothing\.svg"):
        resource("icons/nothing.svg")


def test_the_same_theme_again_costs_nothing(app, monkeypatch):
    theme.apply(app, "dark")
    with monkeypatch.context() as patch:
        patch.setattr(QApplication, "setStyleSheet", lambda *_: pytest.fail("the sheet was set again"))
        theme.apply(app, "dark")


def test_an_icon_that_is_changed_leaves_the_shared_one_alone(app):
    shared = icon("open")
    before = shared.pixmap(QSize(20, 20), 1.0).toImage()
    own = QIcon(shared)
    own.addPixmap(shared.pixmap(QSize(16, 16), 1.0))
    gc.collect()
    assert own.pixmap(QSize(20, 20), 1.0).toImage() == before
    del own
    gc.collect()
    assert shared.pixmap(QSize(20, 20), 1.0).toImage() == before
