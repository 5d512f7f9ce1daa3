"""``python -m maskstudio`` and the ``maskstudio`` command."""

import gc
import os
import sys


def main() -> None:
    """Run the command line; without arguments, start the editor directly.

    Starting makes hundreds of thousands of objects and hardly any garbage, and collecting garbage would take a tenth of
    the time. So the collector is off; code that runs longer switches it on again.
    """
    for name in ("stdout", "stderr"):  # closed by the caller, or absent as in a windowed program
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    gc.disable()
    try:
        if len(sys.argv) == 1:  # importing the command-line library would take another tenth of the time
            from maskstudio.ui.app import run as edit

            sys.exit(edit([]))
        from maskstudio.cli.app import run

        run()
    except KeyboardInterrupt:  # while still importing
        sys.stderr.write("Stopped.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
