"""The editor of keys: choose a set, find a command, press new keys; a conflict is explained with a way out."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from maskstudio.errors import MaskStudioError
from maskstudio.names import shown as named
from maskstudio.ui.keys import keyfile, keyfile_dialogs
from maskstudio.ui.keys.key_table import KeyTable, word
from maskstudio.ui.keys.keymap import Keymap, shown
from maskstudio.ui.keys.presets import PRESETS, TITLES
from maskstudio.ui.keys.recorder import Recorder
from maskstudio.ui.registry.entry import Entry
from maskstudio.ui.registry.table import BY_ID, with_keys
from maskstudio.ui.widgets import theme
from maskstudio.ui.widgets.parts import say


class KeyEditor(QWidget):
    """Edits ``keymap`` for the actions whose ids are in ``present``; emits ``changed(keymap)`` at every change."""

    changed = Signal(object)
    sheetRequested = Signal()  # noqa: N815

    def __init__(self, keymap: Keymap, present: Collection[str], parent: QWidget | None = None) -> None:
        """Show the keys of ``keymap`` for the actions in ``present``."""
        super().__init__(parent)
        self.setObjectName("keyEditor")
        self._keymap = keymap
        self._wanted = ""
        self._before: Keymap | None = None  # the keys before an import, while that can be taken back
        self._preset = QComboBox()
        self._preset.setObjectName("keyPreset")
        self._preset.setAccessibleName(self.tr("Set of keys"))
        for name in PRESETS:
            self._preset.addItem(TITLES[name], name)
        self._preset.setCurrentIndex(self._preset.findData(keymap.preset))
        self._preset.activated.connect(self._choose_preset)
        self._search = QLineEdit()
        self._search.setObjectName("keySearch")
        self._search.setClearButtonEnabled(True)
        self._search.setPlaceholderText(self.tr("Find a command or a key"))
        self._search.setAccessibleName(self._search.placeholderText())
        self._table = KeyTable(with_keys(present))
        self._search.textChanged.connect(self._table.search)
        self._table.currentItemChanged.connect(lambda: self._show_chosen())
        self._table.itemActivated.connect(lambda: self._record())
        self._build_foot()
        self._arrange()
        self._refresh()

    @property
    def keymap(self) -> Keymap:
        """The keys as shown."""
        return self._keymap

    def choose(self, action: str) -> None:
        """Select the row of an action."""
        self._table.choose(action)

    # Building

    def _build_foot(self) -> None:
        """Make the line on the chosen command, the recorder and the buttons below the table."""
        self._name, self._says = QLabel(), QLabel()
        self._name.setObjectName("dockName")
        self._says.setObjectName("hint")
        self._says.setWordWrap(True)
        self._caps = QHBoxLayout()
        self._caps.setSpacing(theme.GAP)
        self._recorder = Recorder()
        self._recorder.setObjectName("keyRecorder")
        self._recorder.recorded.connect(self._recorded)
        self._reassign = _button(self.tr("Reassign"), self._take_over)
        self._back = _button(self.tr("Take Back"), self._take_back)
        self._import = _button(self.tr("Import…"), self._ask_import)
        self._export = _button(self.tr("Export…"), self._ask_export)
        self._reset = _button(self.tr("Reset This"), self._reset_chosen)
        self._reset_all = _button(self.tr("Reset All"), self._reset_every)
        self._sheet = _button(self.tr("Cheat Sheet…"), self.sheetRequested.emit)

    def _arrange(self) -> None:
        """Lay out the choice of a set and the search above the table, the chosen command and the buttons below."""
        top, chosen, answer, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        label = QLabel(self.tr("Keys as in"))
        label.setBuddy(self._preset)
        for widget in (label, self._preset):
            top.addWidget(widget)
        top.addWidget(self._search, 1)
        chosen.addWidget(self._name)
        chosen.addLayout(self._caps)
        chosen.addStretch()
        chosen.addWidget(self._recorder)
        answer.addWidget(self._says, 1)
        answer.addWidget(self._reassign)
        answer.addWidget(self._back)
        for button in (self._sheet, self._import, self._export):
            foot.addWidget(button)
        foot.addStretch()
        foot.addWidget(self._reset)
        foot.addWidget(self._reset_all)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.SPACE)
        whole.addLayout(top)
        whole.addWidget(self._table, 1)
        for row in (chosen, answer, foot):
            whole.addLayout(row)

    # Showing

    def _refresh(self) -> None:
        self._table.show_keys(self._keymap)
        self._reset_all.setEnabled(bool(self._keymap.own))
        self._show_chosen()

    def _show_chosen(self) -> None:
        """Show name and keys of the chosen command; each key is a button that takes it away."""
        spec = self._table.chosen
        self._ask("")
        while (item := self._caps.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._recorder.setEnabled(spec is not None)
        self._reset.setEnabled(spec is not None and self._keymap.changed(spec.id))
        self._name.setText(_full(spec) if spec else "")
        for key in self._keymap.keys(spec.id) if spec else ():
            cap = _button(f"{shown(key)}  ×", partial(self._drop, key))
            cap.setAccessibleName(self.tr("Remove {}").format(shown(key)))
            cap.setToolTip(self.tr("Take this key away"))
            self._caps.addWidget(cap)

    def _ask(self, sentence: str, wanted: str = "", tone: str = "", before: Keymap | None = None) -> None:
        self._wanted, self._before = wanted, before
        self._back.setVisible(before is not None)
        say(self._says, sentence, tone)
        self._reassign.setVisible(bool(wanted))

    # Changing

    def _record(self) -> None:
        if self._table.chosen is None:
            return
        self._recorder.setFocus()
        self._recorder.setChecked(True)

    def _recorded(self, key: str) -> None:
        """Give the chosen command the recorded key, or say why not and offer to reassign it."""
        spec = self._table.chosen
        if spec is None:
            return
        former = self._keymap.owner(key, spec.workspace)
        if key in keyfile.FIXED:
            self._ask(self.tr("{} moves the view or leaves a tool, and stays so.").format(shown(key)), tone="bad")
        elif former == spec.id:
            self._ask(self.tr("{} does this already.").format(shown(key)))
        elif former:
            sentence = self.tr("{} belongs to {}.").format(shown(key), word(BY_ID[former].text).removesuffix("…"))
            self._ask(sentence, key, "bad")
            self._reassign.setFocus()
        else:
            self._use(self._keymap.with_key(spec.id, key), self.tr("{} does this now.").format(shown(key)))

    def _take_over(self) -> None:
        spec, key = self._table.chosen, self._wanted
        if spec is not None and key:
            self._use(self._keymap.with_key(spec.id, key), self.tr("{} does this now.").format(shown(key)))
            self._recorder.setFocus()

    def _drop(self, key: str) -> None:
        if (spec := self._table.chosen) is not None:
            self._use(self._keymap.without_key(spec.id, key))

    def _reset_chosen(self) -> None:
        if (spec := self._table.chosen) is not None:
            self._use(self._keymap.reset(spec.id))

    def _reset_every(self) -> None:
        self._use(replace(self._keymap, own={}))

    def _choose_preset(self) -> None:
        self._use(replace(self._keymap, preset=self._preset.currentData()))

    # Files

    def _ask_export(self) -> None:
        if (path := keyfile_dialogs.ask_keys_export(self, self._keymap.preset)) is None:
            return
        try:
            keyfile.write(path, self._keymap)
        except MaskStudioError as error:
            self._ask(str(error), tone="bad")
        else:
            self._ask(self.tr("Saved the keys as {}.").format(named(path.name)))

    def _ask_import(self) -> None:
        """Ask for a file of keys and use it; say what it holds, or why it cannot be read."""
        if (path := keyfile_dialogs.ask_keys_import(self)) is None:
            return
        before = self._keymap
        try:
            keymap, unknown = keyfile.read(path, before)
        except MaskStudioError as error:
            self._ask(str(error), tone="bad")
            return
        sentence = self.tr("These are the keys of {}.").format(named(path.name))
        if unknown:
            sentence = self.tr("These are the keys of {}, less {} for commands that are not known here.")
            sentence = sentence.format(named(path.name), unknown)
        self._use(keymap, sentence, before)

    def _take_back(self) -> None:
        if self._before is not None:
            self._use(self._before)

    def _use(self, keymap: Keymap, sentence: str = "", before: Keymap | None = None) -> None:
        self._keymap = keymap
        self._preset.setCurrentIndex(self._preset.findData(keymap.preset))
        self._refresh()
        self._ask(sentence, before=before)
        self.changed.emit(keymap)


def _full(spec: Entry) -> str:
    """The words of an action, with the workspace in which its keys act."""
    return f"{word(spec.text)} ({word(spec.menu)})" if spec.workspace else word(spec.text)


def _button(text: str, verb: Callable[[], object]) -> QPushButton:
    made = QPushButton(text)
    made.setAutoDefault(False)
    made.clicked.connect(lambda: verb())
    return made
