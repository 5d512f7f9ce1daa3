"""Verbs that write results: the cut-out, its alpha, one mask per object. They do not save the project."""

from collections.abc import Callable, Sequence
from pathlib import Path

from maskstudio.core.document import Document
from maskstudio.core.edition import Agreed, guarding
from maskstudio.core.objects import write_objects
from maskstudio.jobs import Job, Owes, Token
from maskstudio.names import shown
from maskstudio.params.local import ExportParams
from maskstudio.session import keeping, operations
from maskstudio.session.desk import Desk
from maskstudio.session.entered import Entered
from maskstudio.session.keeping import Over

Write = Callable[[Path, Document, Token], bool]  # writes a document to a file; returns whether it holds anything


class ExportingVerbs:
    """Outputs contain everything entered before the call, with every wanted refinement solved.

    ``open_files`` returns the files that no result may replace: by default the files of this document.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._written: dict[Path, list[str]] = {}  # sha256 of each file exported, by path
        self.open_files: Callable[[], Sequence[Path]] = lambda: desk.files

    def export(
        self,
        path: Path,
        params: ExportParams,
        *,
        backdrop: tuple[int, int, int, int] | None = None,
        over: Over = "other",
    ) -> Job:
        """Write the cut-out as an RGBA PNG. Masks, strokes and parameters are stored only in projects.

        ``backdrop`` is a straight colour (red, green, blue, opacity; 0..255) laid behind it; ``over`` says which files
        it may replace. Errors (CannotWrite, OverOriginal, BadParameter) go to ``failed``.
        """
        return self._export(
            path, lambda to, document, token: operations.write_document(document, to, params, backdrop, token), over
        )

    def export_mask(self, path: Path, params: ExportParams, *, over: Over = "other") -> Job:
        """Write the document's alpha as a grey PNG; ``over`` says which files it may replace."""
        return self._export(path, lambda to, document, token: operations.write_alpha(document, to, params, token), over)

    def exported(self, path: Path) -> bool:
        """Whether a result was written to ``path`` before, or is being written now."""
        return bool(self._written.get(path)) or self._desk.runner.under_way(f"export {path}")

    def export_objects(self, folder: Path) -> list[tuple[Path, str]]:
        """Write one mask per layer and one of everything else into ``folder``; returns files and labels."""
        return write_objects(self._desk.entered().whole(Token()), folder)

    def _export(self, path: Path, write: Write, over: Over, entered: Entered | None = None) -> Job:
        """Write what was entered until now, or ``entered``. The file is owed, even if the document is closed."""
        taken = entered or self._desk.entered()
        ours, originals = self._written.setdefault(path, []), () if over == "original" else self.open_files()
        agreed = None if over == "other" or (over == "own" and ours) else Agreed.now(path)

        def work(token: Token) -> bool:
            keeping.spare(path, originals)
            expected = () if over == "other" else (ours, agreed.digests() if agreed else ())
            whole = taken.whole(token.part(0.0, 0.5))
            with guarding(path, *expected, about=ours.append):
                return write(path, whole, token.part(0.5, 1.0))

        def done(held: bool) -> None:
            empty = "" if held else ", but the mask is empty: nothing of the photo is in it"
            self._desk.written(path, f"Saved {path.name}{empty}.")
            self._desk.changed()

        owes = Owes(shown(path.name), lambda other: self._export(other, write, "agreed", taken))
        return self._desk.start(f"Export {path.name}", work, done, lane=f"export {path}", owes=owes)
