"""The commands as a group: what is none of them is a file for the editor, and stopping is one sentence."""

from typing import Any

import typer
from typer.core import TyperGroup

from maskstudio.errors import Interrupted


class EditorByDefault(TyperGroup):
    """Anything that is not a command is a file for the editor."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `edit` before words that begin with no command."""
        words = [arg for arg in args if not arg.startswith("-")]
        if not (words and words[0] in self.commands) and not {"--help", "--version"} & set(args):
            args = ["edit", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Ctrl-C is one sentence: what was sent to a service, and may be charged, stands in it."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, typer.Abort) as stop:
            raise Interrupted(str(stop) or "Stopped.") from None
