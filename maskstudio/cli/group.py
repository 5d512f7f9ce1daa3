"""The group of commands: an unknown command is a file for the editor, and an interruption prints one sentence."""

from typing import Any

import typer
from typer.core import TyperGroup

from maskstudio.errors import Interrupted


class EditorByDefault(TyperGroup):
    """A group in which a first word that is no command is a file for the editor."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Insert `edit` unless the first word is a command."""
        words = [arg for arg in args if not arg.startswith("-")]
        if not (words and words[0] in self.commands) and not {"--help", "--version"} & set(args):
            args = ["edit", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Turn Ctrl-C into Interrupted; its sentence says what was sent to a service and may be charged."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, typer.Abort) as stop:
            raise Interrupted(str(stop) or "Stopped.") from None
