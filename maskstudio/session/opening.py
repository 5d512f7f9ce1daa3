"""Verbs on files: open, close, export."""

from collections.abc import Callable, Sequence
from pathlib import Path

from maskstudio.core.document import Document
from maskstudio.core.edition import Agreed, guarding
from maskstudio.core.files import DEFAULT_PIXEL_LIMIT, read_preview
from maskstudio.core.firstlook import Preview
from maskstudio.core.history import History
from maskstudio.core.objects import write_objects
from maskstudio.jobs import Job, Owes, Runner, Token
from maskstudio.names import shown
from maskstudio.params.local import ExportParams
from maskstudio.session import keeping, operations
from maskstudio.session.desk import Desk
from maskstudio.session.entered import Entered
from maskstudio.session.keeping import Over

Write = Callable[[Path, Document, Token], bool]  # writes a document to a file; whether there is anything in it
_PREVIEW = "open preview"  # a lane that whoever cancels "open" cancels too


class FileVerbs(Desk):
    """A document comes in and its results go out; what is open stays until the new one is there.

    ``written`` is called with a file that is there now, and the sentence that says so; by default it is told.
    """

    def __init__(self, runner: Runner, provider: str = "local") -> None:
        super().__init__(runner, provider)
        self._opened: Document | None = None  # as it came out of a file: there is no work in it yet
        self._exports: dict[Path, list[str]] = {}  # sha256 of what was exported where
        self.open_files: Callable[[], Sequence[Path]] = lambda: self.files  # what no result may take the place of
        self.written: Callable[[Path, str], None] = lambda _path, sentence: self.told(sentence)
        self.previewed: Callable[[Preview], None] | None = None  # takes a first look at what is being opened

    @property
    def files(self) -> tuple[Path, ...]:
        """The files this document came from or is kept in."""
        path = self.document.image.path if self.document else None
        return (path,) if path else ()

    @property
    def exporting(self) -> bool:
        """Whether a file is still being written."""
        return any(job.lane.startswith("export ") for job in self.runner.jobs)

    def open(self, path: Path, *, limit: int | None = DEFAULT_PIXEL_LIMIT) -> Job:
        """Read an image and make it the document. Until it is there, and if it fails, the open one stays."""

        def done(document: Document) -> None:
            self.runner.cancel(_PREVIEW)
            self._let_go()
            self.history = History(document, limit=self.history_limit)
            self._opened = document
            self.changed()
            for note in document.image.notes:
                self.told(note)

        self._preview(path, limit)
        return self._start(f"Open {path.name}", lambda token: operations.read(path, limit, token), done, lane="open")

    def _preview(self, path: Path, limit: int | None) -> None:
        """Have a first look at a large photo while it is decoded; no more is said of it than of the photo itself."""
        show = self.previewed
        if show is not None:
            self.runner.start(
                f"Preview {path.name}",
                lambda _token: read_preview(path, limit=limit),
                lambda preview: show(preview) if preview is not None and self.runner.under_way("open") else None,
                lane=_PREVIEW,
                quiet=True,
            )

    def close(self) -> None:
        """Let the document go. What is being exported or downloaded goes on."""
        self.runner.cancel("open")
        self._let_go()
        self.history = self._opened = None
        self.changed()

    def export(
        self,
        path: Path,
        params: ExportParams,
        *,
        backdrop: tuple[int, int, int, int] | None = None,
        over: Over = "other",
    ) -> Job:
        """Write the cut-out as RGBA PNG, with every wanted refinement solved first. It saves no work: masks, strokes
        and parameters are in projects alone.

        ``backdrop`` is a straight 8-bit colour to lay behind it, ``over`` what it may take the place of.
        """
        return self._export(
            path, lambda to, document, token: operations.write_document(document, to, params, backdrop, token), over
        )

    def export_mask(self, path: Path, params: ExportParams, *, over: Over = "other") -> Job:
        """Write the document's alpha as a grey PNG; ``over`` is what it may take the place of."""
        return self._export(path, lambda to, document, token: operations.write_alpha(document, to, params, token), over)

    def exported(self, path: Path) -> bool:
        """Whether a result was written to ``path``, or is being written just now."""
        return bool(self._exports.get(path)) or self.runner.under_way(f"export {path}")

    def export_objects(self, folder: Path) -> list[tuple[Path, str]]:
        """Write one mask for each layer and one of everything else into ``folder``; returns files and labels."""
        return write_objects(self.entered().whole(Token()), folder)

    def _export(self, path: Path, write: Write, over: Over, entered: Entered | None = None) -> Job:
        """Write what has been entered until now, or was by then; the file is owed, whatever becomes of the document."""
        taken = entered or self.entered()
        ours, originals = self._exports.setdefault(path, []), () if over == "original" else self.open_files()
        agreed = None if over == "other" or (over == "own" and ours) else Agreed.now(path)

        def work(token: Token) -> bool:
            keeping.spare(path, originals)
            expected = () if over == "other" else (ours, agreed.digests() if agreed else ())
            whole = taken.whole(token.part(0.0, 0.5))
            with guarding(path, *expected, about=ours.append):
                return write(path, whole, token.part(0.5, 1.0))

        def done(held: bool) -> None:
            empty = "" if held else ", but the mask is empty: nothing of the photo is in it"
            self.written(path, f"Saved {path.name}{empty}.")
            self.changed()

        owes = Owes(shown(path.name), lambda other: self._export(other, write, "agreed", taken))
        return self._start(f"Export {path.name}", work, done, lane=f"export {path}", owes=owes)
