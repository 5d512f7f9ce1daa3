"""The verbs that bring pictures in and out: the File menu, copy and paste, and what is measured from a file."""

from collections.abc import Callable

from maskstudio.params.local import CutoutParams, ExportParams
from maskstudio.paths import SAMPLE, resource
from maskstudio.ui.files.exchange import Exchange
from maskstudio.ui.files.filemenu import FileMenu


def verbs(
    files: FileMenu, exchange: Exchange, export: Callable[[], ExportParams], written: Callable[[], CutoutParams]
) -> dict[str, Callable[[], object]]:
    """The verbs, by the id of their action.

    ``export`` gives the parameters of the files, ``written`` what is put behind a cut-out, and whether the mask alone
    is written in its place.
    """
    return {
        "file.open": files.ask_open,
        "file.sample": lambda: files.open(resource(SAMPLE)),
        "file.importMask": files.import_mask,
        "file.export": lambda: files.export(export(), written()),
        "file.exportAgain": lambda: files.export_again(export(), written()),
        "file.exportMask": lambda: files.export_mask(export()),
        "file.addModel": files.add_model,
        "file.close": files.close,
        "edit.copy": lambda: exchange.copy(export(), written(), merged=False),
        "edit.copyMerged": lambda: exchange.copy(export(), written(), merged=True),
        "edit.paste": exchange.paste,
        "edit.pasteMask": exchange.paste_mask,
        "mask.importTrimap": files.import_trimap,
        "mask.matchPlate": lambda: files.match("plate"),
        "mask.matchSecond": lambda: files.match("second"),
    }
