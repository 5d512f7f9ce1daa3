"""What becomes of finds, in the order in which it happens: they are filtered, moved, grown or shrunk, and merged."""

from collections import Counter

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLabel, QWidget

from maskstudio.params.kept import EVERYTHING, KeepParams
from maskstudio.params.local import MaskParams
from maskstudio.session.sifting import Finds
from maskstudio.ui.panels.areastrip import AreaStrip
from maskstudio.ui.widgets import parts
from maskstudio.ui.widgets.form import Form
from maskstudio.ui.widgets.labelsfield import LabelsField
from maskstudio.ui.widgets.section import Section

_FILTERS = ("labels", "min_area", "max_area")


class FindSteps(Section):
    """The four steps as a folded section with a form for each; ``changed`` is emitted with every change, live."""

    changed = Signal()

    def __init__(self) -> None:
        """Make the forms with the defaults."""
        super().__init__("findSteps", _said("Filter, move, grow, merge"), folded=True)
        self.labels = LabelsField()
        self.strip = AreaStrip()
        self.filters = Form(KeepParams, only=_FILTERS, own={"labels": self.labels})
        self.order = Form(KeepParams, only=("keep_by",))
        self.moving = Form(KeepParams, only=("mask_offset",))
        self.growing = Form(MaskParams, only=("mask_padding",))
        self.growing.field("mask_padding").setObjectName("findsPadding")  # maskPadding is that of the active layer
        self.merging = Form(KeepParams, only=("merge_masks",))
        self._arrange()
        for form in (self.filters, self.order, self.moving, self.growing, self.merging):
            form.changed.connect(lambda _: self._follow())
        self._describe()

    def _arrange(self) -> None:
        """Lay out the four steps, each below its title."""
        said = parts.Hint(_said("The confidence above and then these steps, in this order, act on what was found."))
        self.column.addWidget(said)
        for number, (title, widgets) in enumerate(
            (
                (_said("Filter"), (self.filters, self.strip, self.order)),
                (_said("Move"), (self.moving,)),
                (_said("Grow or shrink"), (self.growing,)),
                (_said("Merge"), (self.merging,)),
            ),
            start=1,
        ):
            self.column.addWidget(_heading(f"{number}  {title}"))
            for widget in widgets:
                self.column.addWidget(widget)

    @property
    def keep(self) -> KeepParams:
        """Which finds are kept, where they go and whether they are merged."""
        filters, moving, merging = self.filters.params(), self.moving.params(), self.merging.params()
        return KeepParams(
            labels=filters.labels,
            min_area=filters.min_area,
            max_area=filters.max_area,
            keep_by=self.order.params().keep_by,
            mask_offset=moving.mask_offset,
            merge_masks=merging.merge_masks,
        )

    @property
    def padding(self) -> int:
        """By how much masks grow, px."""
        return self.growing.params().mask_padding

    def show_values(self, keep: KeepParams, padding: int) -> None:
        """Show these, without a signal."""
        for form in (self.filters, self.order, self.moving, self.merging):
            form.set_params(keep)
        self.growing.set_params(MaskParams(mask_padding=padding))
        self._describe()

    def show_finds(self, finds: Finds | None) -> None:
        """Offer the labels of these finds, and show how large they are."""
        found = finds.detections if finds is not None else ()
        self.labels.know(Counter(find.label for find in found))
        self._areas = [find.mask.share * 100 for find in found]
        self._describe()

    _areas: list[float] = []  # noqa: RUF012  replaced, never changed

    def _follow(self) -> None:
        self._describe()
        self.changed.emit()

    def _describe(self) -> None:
        """Show the areas, and beside the title what is not at its default."""
        keep = self.keep
        self.strip.show_areas(self._areas, keep.min_area, keep.max_area)
        self.strip.setVisible(bool(self._areas))
        turned = sum(getattr(keep, spec.name) != spec.default for spec in EVERYTHING.specs())
        turned += self.padding != MaskParams().mask_padding
        self.note(_said("{} set").format(turned) if turned else "")


def _heading(text: str) -> QWidget:
    """The small title of a step."""
    made = QLabel(text)
    made.setObjectName("stepTitle")
    made.setIndent(0)
    return made


def _said(text: str) -> str:
    return QCoreApplication.translate("FindSteps", text)
