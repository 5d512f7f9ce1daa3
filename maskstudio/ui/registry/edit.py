"""The Edit menu."""

from maskstudio.ui.registry.entry import Entry

EDIT = (
    Entry("edit.undo", "Edit", "Undo", "Take the last step back.", ("Ctrl+Z",), "undo", "undo", also="back history"),
    Entry("edit.redo", "Edit", "Redo", "Bring the last undone step back.",
          ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "redo", also="forward history"),
    Entry("edit.toggleState", "Edit", "Toggle Last State", "Go back one step, or forward again.",
          ("Ctrl+Alt+Z",), "", "document", ends_section=True, also="before after compare undo"),
    Entry("edit.copy", "Edit", "Copy Cut-out", "Copy the active layer's cut-out with its transparency.",
          ("Ctrl+C",), "copy", "layer", also="clipboard"),
    Entry("edit.copyMerged", "Edit", "Copy Merged", "Copy the cut-out of all visible layers.",
          ("Ctrl+Shift+C",), "copy", "layers", also="clipboard all"),
    Entry("edit.paste", "Edit", "Paste", "Open the image, file or address on the clipboard.",
          ("Ctrl+V",), "paste", "always", also="clipboard new"),
    Entry("edit.pasteMask", "Edit", "Paste as Mask", "Add the image on the clipboard as a mask.",
          ("Ctrl+Shift+V",), "paste", "document", also="clipboard layer"),
    Entry("edit.clear", "Edit", "Clear", "Empty the active layer's mask.",
          ("Delete", "Backspace"), "", "layer", ends_section=True, also="erase empty remove"),
    Entry("edit.fill", "Edit", "Fill", "Fill the active layer's mask.",
          ("Alt+Backspace", "Ctrl+Backspace"), "", "layer", also="all white"),
    Entry("edit.transform", "Edit", "Transform", "Scale, turn and move the active layer's mask.",
          ("Ctrl+T",), "", "layer", ends_section=True, also="rotate scale resize flip"),
    Entry("edit.commands", "Edit", "Find a Command…", "Search everything that can be done, and do it.",
          ("Ctrl+F", "Ctrl+Shift+P", "/"), "search", also="palette search action"),
    Entry("edit.cancelJobs", "Edit", "Cancel Running Work", "Stop every running job.",
          ("Ctrl+.",), "cancel", "job", ends_section=True, also="stop abort"),
    Entry("edit.keys", "Edit", "Edit Keys…", "Choose a set of keys, or your own.",
          ("Ctrl+Alt+Shift+K",), "keyboard",
         also="shortcuts bindings photoshop gimp krita lightroom keyboard export import"),
    Entry("edit.preferences", "Edit", "Preferences…", "Choose how maskstudio looks and behaves.",
          ("Ctrl+K",), "settings", also="settings options configuration"),
)  # fmt: skip
