"""``python -m maskstudio`` and the ``maskstudio`` command."""

import os
import sys


def main() -> None:
    """Run the command line; with no command, the editor."""
    for name in ("stdout", "stderr"):  # closed by the caller, or absent as in a windowed program
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    try:
        from maskstudio.cli import run

        run()
    except KeyboardInterrupt:  # while still importing
        sys.exit(130)


if __name__ == "__main__":
    main()
