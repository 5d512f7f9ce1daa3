"""The Window and Help menus."""

from maskstudio.ui.registry.entry import Entry

WINDOW = (
    Entry("window.nextTab", "Window", "Next Photo", "Go to the next open photo.",
          ("Ctrl+Tab", "PgDown"), "", "tabs", also="tab document switch"),
    Entry("window.previousTab", "Window", "Previous Photo", "Go to the open photo before.",
          ("Ctrl+Shift+Tab", "PgUp"), "", "tabs", ends_section=True, also="tab document switch"),
    Entry("window.panels", "Window", "Hide Panels", "Hide or show tools, bars and panels.",
          ("Tab",), "panels", "always", checkable=True, also="show docks sidebar interface distraction"),
    Entry("window.sidebar", "Window", "Hide Panels but Not Tools", "Hide or show the panels alone.",
          ("Shift+Tab",), "", "always", checkable=True, also="show docks"),
    Entry("window.fullScreen", "Window", "Full Screen", "Use the whole screen.",
          ("F11", "Ctrl+Shift+F"), "full-screen", "always", checkable=True, also="maximise"),
    Entry("window.refineWorkspace", "Window", "Refine Workspace",
          "Make room for the panels that refine an edge, with letters for the views; once more, and all is as before.",
          ("Ctrl+Alt+R",), "", "always", checkable=True, also="select and mask arrange panels"),
    Entry("window.nextPane", "Window", "Go to the Next Area", "Move the keyboard to the next bar, panel or the photo.",
          ("F6",), "", "always", ends_section=True, also="focus keyboard pane"),
    Entry("window.system", "Window", "Theme of the System", "Light or dark as the system is.",
          (), "", "always", "theme", also="auto appearance"),
    Entry("window.light", "Window", "Light Theme", "Light greys.", (), "", "always", "theme", also="appearance bright"),
    Entry("window.dark", "Window", "Dark Theme", "Dark greys.", (), "", "always", "theme", also="appearance night"),
)  # fmt: skip
HELP = (
    Entry("help.shortcuts", "Help", "Keyboard Shortcuts", "Every key there is, on one sheet.",
          ("F1", "?"), "keyboard", also="cheat sheet keys hotkeys"),
    Entry("help.tour", "Help", "Take the Tour", "Six places to know, shown on the sample photo.",
          (), "help", ends_section=True, also="tutorial learn introduction first"),
    Entry("help.about", "Help", "About maskstudio", "Version and licence.", (), "info", also="version licence"),
)  # fmt: skip
