"""The Layer menu."""

from maskstudio.ui.registry.spec import Spec

LAYER = (
    Spec("layer.new", "Layer", "New Layer", "Add an empty mask to paint on.",
         ("Ctrl+Shift+N",), "add", "document", also="empty add create"),
    Spec("layer.duplicate", "Layer", "Duplicate", "Add a copy of the active layer.",
         ("Ctrl+J",), "copy", "layer", also="copy clone"),
    Spec("layer.rename", "Layer", "Rename", "Give the active layer another name.", ("F2",), "", "layer", also="name"),
    Spec("layer.delete", "Layer", "Delete Layer", "Delete the active layer.",
         ("Ctrl+Delete",), "trash", "layer", ends_section=True, also="remove"),
    Spec("layer.visible", "Layer", "Show or Hide", "Show or hide the active layer.",
         ("Ctrl+,",), "eye", "layer", also="visibility eye"),
    Spec("layer.solo", "Layer", "Solo", "Let only the active layer count, or all again.",
         ("Shift+S",), "solo", "layer", ends_section=True, also="isolate alone only"),
    Spec("layer.next", "Layer", "Choose the Layer Above", "Make the layer above the active one.",
         ("Alt+]", "Alt+PgUp"), "", "above", also="activate select next"),
    Spec("layer.previous", "Layer", "Choose the Layer Below", "Make the layer below the active one.",
         ("Alt+[", "Alt+PgDown"), "", "below", ends_section=True, also="activate select previous"),
    Spec("layer.up", "Layer", "Bring Forward", "Move the active layer up.",
         ("Ctrl+]", "Ctrl+Alt+PgUp"), "up", "above", also="raise order"),
    Spec("layer.down", "Layer", "Send Backward", "Move the active layer down.",
         ("Ctrl+[", "Ctrl+Alt+PgDown"), "down", "below", ends_section=True, also="lower order"),
    Spec("layer.mergeDown", "Layer", "Merge Down", "Make one layer of the active one and the one below.",
         ("Ctrl+Alt+E",), "merge", "below", also="flatten combine join"),
)  # fmt: skip
