"""The verbs that bring pictures in and out: the File menu, copy and paste, and what is measured from a file."""

from collections.abc import Callable

from maskstudio.params.local import ExportParams
from maskstudio.paths import SAMPLE, resource
from maskstudio.ui.files.exchange import Exchange
from maskstudio.ui.files.filemenu import FileMenu


def verbs(files: FileMenu, exchange: Exchange, export: Callable[[], ExportParams]) -> dict[str, Callable[[], object]]:
    """The verbs, by the id of their action; ``export`` gives the parameters a cut-out is written with."""
    return {
        "file.open": files.ask_open,
        "file.sample": lambda: files.open(resource(SAMPLE)),
        "file.importMask": files.import_mask,
        "file.export": lambda: files.export(export()),
        "file.exportAgain": lambda: files.export_again(export()),
        "file.exportMask": lambda: files.export_mask(export()),
        "file.addModel": files.add_model,
        "file.close": files.close,
        "edit.copy": lambda: exchange.copy(export(), merged=False),
        "edit.copyMerged": lambda: exchange.copy(export(), merged=True),
        "edit.paste": exchange.paste,
        "edit.pasteMask": exchange.paste_mask,
        "mask.importTrimap": files.import_trimap,
        "mask.matchPlate": lambda: files.match("plate"),
        "mask.matchSecond": lambda: files.match("second"),
    }
