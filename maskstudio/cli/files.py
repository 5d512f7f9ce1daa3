"""The files that commands read and write, as arguments and options with their help."""

from pathlib import Path
from typing import Annotated, Any

import typer

from maskstudio.cli.streams import given, wanted

IN: dict[str, Any] = {"parser": given, "metavar": "FILE"}
OUT: dict[str, Any] = {"parser": wanted, "metavar": "FILE"}
ImageFile = Annotated[
    Path, typer.Argument(metavar="IMAGE", parser=given, help="The photo; - is the standard input.", show_default=False)
]
Output = Annotated[
    Path, typer.Option("-o", "--output", help="The PNG to write; - is the standard output.", show_default=False, **OUT)
]
AllowHuge = Annotated[bool, typer.Option("--allow-huge", help="Open images above the pixel limit.")]
