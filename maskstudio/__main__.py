"""``python -m maskstudio`` and the ``maskstudio`` command."""


def main() -> None:
    """Run the command line; with no command, the editor."""
    from maskstudio.cli import run

    run()


if __name__ == "__main__":
    main()
