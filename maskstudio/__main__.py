"""``python -m maskstudio`` and the ``maskstudio`` command."""

import gc
import os
import sys


def main() -> None:
    """Run the command line; with no words at all, the editor at once.

    Starting makes objects by the hundred thousand and hardly any garbage; looking for it in between would take a tenth
    of the time. Whoever goes on from here for longer switches that on again.
    """
    for name in ("stdout", "stderr"):  # closed by the caller, or absent as in a windowed program
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    gc.disable()
    try:
        if len(sys.argv) == 1:  # the library for command lines takes a tenth of the time, too
            from maskstudio.ui.app import run as edit

            sys.exit(edit([]))
        from maskstudio.cli.app import run

        run()
    except KeyboardInterrupt:  # while still importing
        sys.stderr.write("Stopped.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
