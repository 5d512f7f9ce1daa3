"""The File menu."""

from maskstudio.ui.registry.spec import Spec

FILE = (
    Spec("file.open", "File", "Open…", "Open photos or projects.", ("Ctrl+O",), "open", also="load image project"),
    Spec("file.sample", "File", "Open the Sample", "Open the sample photo.", (), "sample", also="example demo"),
    Spec("file.reopenClosed", "File", "Reopen Closed", "Bring back what was closed last, with its whole history.",
         ("Ctrl+Shift+T",), also="undo close tab restore reopen recently"),
    Spec("file.forgetClosed", "File", "Forget Closed Documents…", "Remove for good what can still be reopened.",
         submenu="Recently Closed", ends_section=True, also="privacy delete clear history"),
    Spec("file.close", "File", "Close", "Close the photo.", ("Ctrl+W",), "", "document", also="tab"),
    Spec("file.save", "File", "Save", "Save the project: photo, masks and parameters.",
         ("Ctrl+S",), "save", "document", also="project ora"),
    Spec("file.saveAs", "File", "Save As…", "Save the project under another name.",
         ("Ctrl+Shift+S",), "", "document", also="project ora"),
    Spec("file.saveCopy", "File", "Save a Copy…", "Write a copy of the project and go on with this one.",
         ("Ctrl+Alt+S",), "", "document", ends_section=True, also="project ora duplicate"),
    Spec("file.importMask", "File", "Import Mask…", "Add a mask from an image file as a layer.",
         (), "", "document", also="load alpha"),
    Spec("mask.importTrimap", "File", "Import Trimap…", "Take over a trimap: white is in, black out, grey is solved.",
         (), "", "layer", ends_section=True, also="hints unknown load file"),
    Spec("file.export", "File", "Export Cut-out…", "Write the cut-out as a PNG with transparency.",
         ("Ctrl+Shift+E",), "export", "layers", also="png save transparent"),
    Spec("file.exportAgain", "File", "Export Again", "Write the cut-out to where it went last.",
         ("Ctrl+E",), "", "layers", also="quick export png"),
    Spec("file.exportMask", "File", "Export Mask…", "Write the mask as a grey PNG.",
         (), "mask", "layers", ends_section=True, also="alpha save"),
    Spec("file.addModel", "File", "Add Model File…", "Add a YOLO weight file (.pt or .onnx).",
         ends_section=True, also="weights"),
    Spec("file.quit", "File", "Quit", "Close maskstudio.", ("Ctrl+Q",), also="exit leave"),
)  # fmt: skip
