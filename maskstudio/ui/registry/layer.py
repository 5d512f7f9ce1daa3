"""The Layer menu."""

from maskstudio.ui.registry.entry import Entry

LAYER = (
    Entry("layer.new", "Layer", "New Layer", "Add an empty mask to paint on.",
          ("Ctrl+Shift+N",), "add", "document", also="empty add create"),
    Entry("layer.duplicate", "Layer", "Duplicate", "Add a copy of the active layer.",
          ("Ctrl+J",), "copy", "layer", also="copy clone"),
    Entry("layer.rename", "Layer", "Rename", "Give the active layer another name.", ("F2",), "", "layer", also="name"),
    Entry("layer.delete", "Layer", "Delete Layer", "Delete the active layer.",
          ("Ctrl+Delete",), "trash", "layer", ends_section=True, also="remove"),
    Entry("layer.visible", "Layer", "Show or Hide", "Show or hide the active layer.",
          ("Ctrl+,",), "eye", "layer", also="visibility eye"),
    Entry("layer.solo", "Layer", "Solo", "Let only the active layer count, or all again.",
          ("Shift+S",), "solo", "layer", ends_section=True, also="isolate alone only"),
    Entry("layer.next", "Layer", "Choose the Layer Above", "Make the layer above the active one.",
          ("Alt+]", "Alt+PgUp"), "", "above", also="activate select next"),
    Entry("layer.previous", "Layer", "Choose the Layer Below", "Make the layer below the active one.",
          ("Alt+[", "Alt+PgDown"), "", "below", ends_section=True, also="activate select previous"),
    Entry("layer.up", "Layer", "Bring Forward", "Move the active layer up.",
          ("Ctrl+]", "Ctrl+Alt+PgUp"), "up", "above", also="raise order"),
    Entry("layer.down", "Layer", "Send Backward", "Move the active layer down.",
          ("Ctrl+[", "Ctrl+Alt+PgDown"), "down", "below", ends_section=True, also="lower order"),
    Entry("layer.mergeDown", "Layer", "Merge Down", "Make one layer of the active one and the one below.",
          ("Ctrl+Alt+E",), "merge", "below", also="flatten combine join"),
)  # fmt: skip
