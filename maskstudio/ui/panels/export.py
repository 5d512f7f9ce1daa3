"""The panel that says what will be written, and asks the window to write it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from maskstudio.core.image import Image
from maskstudio.core.metadata import INCH
from maskstudio.figures import percent
from maskstudio.params.local import CutoutParams, ExportParams
from maskstudio.session.session import Session
from maskstudio.ui.files.dragout import DragOut
from maskstudio.ui.panels.redrawn import RedrawnByChange, Shows
from maskstudio.ui.panels.subject import WRITTEN
from maskstudio.ui.widgets import parts
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.typed_text import hand_over


class ExportPanel(RedrawnByChange, QWidget):
    """How files are written.

    The window asks where, on ``exportRequested`` (parameters of the file, and what is written of the cut-out) and
    ``maskExportRequested`` (parameters of the file).
    """

    SHOWS = Shows(stack=True)

    exportRequested = Signal(object, object)  # noqa: N815  as Qt names signals
    maskExportRequested = Signal(object)  # noqa: N815  as Qt names signals

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        """Make the panel for ``session``, with the form of the file parameters folded away."""
        super().__init__(parent)
        self.setObjectName("exportPanel")
        self._session = session
        self.form = Form(ExportParams)
        self.form.changed.connect(lambda _: self.refresh())
        self.written = Form(CutoutParams, only=WRITTEN)
        self.written.changed.connect(lambda _: self.refresh())
        self._hint = parts.Hint()
        self.export_button = parts.button(self.tr("Export cut-out…"), self._export, primary=True)
        self.export_button.setObjectName("exportCutout")
        self.mask_button = parts.button(self.tr("Export mask…"), self._export_mask)
        self.mask_button.setObjectName("exportMask")
        self.options_button = parts.icon_button(
            "more", self.tr("Depth, hidden colours, metadata and file size"), self._disclose
        )
        self.options_button.setObjectName("exportOptions")
        self.options_button.setCheckable(True)
        self.tools = (self.options_button,)  # for the panel's title
        self.form.hide()
        column = parts.column(self)
        column.addWidget(self.written)
        column.addWidget(self._hint)
        self.drag_button = DragOut(session, self.params, self.written.params)
        column.addLayout(parts.row(self.export_button, self.mask_button))
        column.addWidget(self.drag_button)
        column.addWidget(self.form)
        self.refresh()

    def params(self) -> ExportParams:
        """The values of the form."""
        return self.form.params()

    def follow(self, session: Session) -> None:
        """Show another document's session."""
        self._session = session
        self.drag_button.follow(session)
        self.refresh()

    def redraw(self) -> None:
        """Say what will be written of the photo that is open."""
        document = self._session.document
        layered = document is not None and bool(document.layers)
        self.export_button.setEnabled(layered)
        self.mask_button.setEnabled(layered)
        self.drag_button.setEnabled(layered)
        if document is None:
            parts.say(self._hint, self.tr("Open a photo first."))
        elif not layered:
            parts.say(self._hint, self.tr("Make a mask first: cut out the subject."))
        else:
            parts.say(self._hint, self._sentence(document.image))
        alone = self.written.params().return_only_mask
        self.export_button.setText(self.tr("Export mask only…") if alone else self.tr("Export cut-out…"))
        self.mask_button.setHidden(alone)
        self.written.field("rgba").setEnabled(not alone)

    def _sentence(self, image: Image) -> str:
        """What the blue button writes: kind of file, size, depth, colours, resolution, and what is behind it."""
        if self.written.params().return_only_mask:
            depth = 16 if self.params().depth == "16" else 8
            return self.tr("Grey PNG, {} × {} px, {} bit.").format(image.width, image.height, depth)
        depth = image.depth if self.params().depth == "source" else int(self.params().depth)
        profile = self.tr("sRGB") if image.icc is None else self.tr("colour profile kept")
        text = self.tr("PNG, {} × {} px, {} bit, {}{}{}.")
        resolution = image.metadata.resolution
        dpi = self.tr(", {:.0f} dpi").format(resolution[0] * INCH) if resolution else ""
        return text.format(image.width, image.height, depth, profile, dpi, self._behind())

    def _behind(self) -> str:
        """The colour behind the subject, in words; empty if it stays see-through."""
        red, green, blue, opacity = self.written.params().rgba
        if opacity == 0:
            return ""
        name = f"#{red:02x}{green:02x}{blue:02x}"
        share = percent(opacity / 255)
        return self.tr(", on {}").format(name) if opacity == 255 else self.tr(", on {} of {}").format(name, share)

    def _disclose(self) -> None:
        self.form.setVisible(self.options_button.isChecked())

    def _export(self) -> None:
        hand_over()
        self.exportRequested.emit(self.params(), self.written.params())

    def _export_mask(self) -> None:
        hand_over()
        self.maskExportRequested.emit(self.params())
