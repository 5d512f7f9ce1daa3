"""Loads .onnx files of strangers and runs them. Knows no kind of network.

The bytes that were looked through are the bytes that are loaded, so replacing the file meanwhile has no effect.
Only outputs that are asked for are kept in the graph, and the arena of onnxruntime is off: it never gives back what the
largest layer took.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maskstudio.core.arrays import Real
from maskstudio.errors import CannotRead, ModelUnavailable
from maskstudio.jobs import Token
from maskstudio.providers.local.networks import onnx_quiet, onnxgraph

log = logging.getLogger(__name__)

_MOST_THREADS = 8  # more do not make one picture faster
_LISTEN = 0.05  # s between two looks at the token
_FIRST = 8.0  # s that a first run is believed to take, for its progress
_LIMIT = 2**31 - 1  # bytes of a file


@dataclass(eq=False)
class OnnxNetwork:
    """A loaded network. One thread at a time uses it."""

    session: Any
    name: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    took: float = _FIRST

    def run(self, fed: Mapping[str, Any], token: Token) -> list[Real]:
        """Its outputs for these inputs (arrays by name): arrays (...), in the order of the graph.

        Reports progress and stops in the middle of a picture if ``token`` is cancelled. Raises ``ModelUnavailable`` if
        it fails.
        """
        while not self.lock.acquire(timeout=_LISTEN):
            token.check()
        try:
            began = time.monotonic()
            answers = self._run(fed, token, began)
            self.took = time.monotonic() - began
            return answers
        finally:
            self.lock.release()

    def _run(self, fed: Mapping[str, Any], token: Token, began: float) -> list[Real]:
        """Run in the library's own threads, and listen to the token meanwhile."""
        onnxruntime = onnx_quiet.library()
        done = threading.Event()
        came: list[Any] = []

        def call_back(answers: list[Real], _: object, error: str) -> None:
            came.extend((answers, error))
            done.set()

        options = onnxruntime.RunOptions()
        options.log_severity_level = 4
        try:
            self.session.run_async(None, dict(fed), call_back, None, options)
        except Exception as error:  # inputs of another size or type
            log.info("%s did not run", self.name, exc_info=True)
            raise ModelUnavailable(f"{self.name} could not be run on this photo.") from error
        try:
            while not done.wait(_LISTEN):
                passed = (time.monotonic() - began) / max(self.took, _LISTEN)
                token.step(min(passed, 0.95), "Looking")
        finally:
            options.terminate = True  # of no effect once it is done
            done.wait()
        answers, failure = came
        if failure:
            log.info("%s did not run: %s", self.name, failure)
            raise ModelUnavailable(f"{self.name} could not be run on this photo.")
        found: list[Real] = answers
        return found


def opened(path: Path, keep: Callable[[bytes], Collection[str]]) -> OnnxNetwork:
    """The network in a file, with some of its outputs: ``keep`` looks at the content and names them.

    Raises ``ModelUnavailable`` for a file that is no ONNX model or incomplete, that wants values from outside its
    folder or operations onnxruntime has not, ``CannotRead``, and what ``keep`` raises.
    """
    onnxruntime = onnx_quiet.library()
    content = _content(path)
    try:
        needs = onnxgraph.needs(content)
        check(path, needs)
        content = onnxgraph.cut(content, keep(content))
    except onnxgraph.DamagedGraph as error:
        raise ModelUnavailable(_damaged(path)) from error
    options = _options(onnxruntime)
    if needs.outside:
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path.parent))
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # what onnxruntime raises for damaged files are no classes of their own
        log.info("%s did not load", path, exc_info=True)
        raise ModelUnavailable(_damaged(path)) from error
    vars(session)["_model_bytes"] = None  # or it would hold the whole file again, to start anew on another processor
    return OnnxNetwork(session, path.name)


def _damaged(path: Path) -> str:
    return f"{path.name} is not an ONNX model that can be loaded: it is damaged, incomplete or of another kind."


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LIMIT:
            raise ModelUnavailable(f"{path.name} is too large for a model file.")
        return path.read_bytes()
    except OSError as error:
        raise CannotRead(f"{path} cannot be read.") from error


def check(path: Path, needs: onnxgraph.Needs) -> None:
    """Raise ModelUnavailable for a model that wants what it may not have."""
    if needs.strange:
        unknown = ", ".join(needs.strange)[:100]
        raise ModelUnavailable(f"{path.name} needs operations of another program ({unknown}), which are not run here.")
    for each in needs.outside:
        if not _inside(path.parent, each):
            raise ModelUnavailable(f"{path.name} wants values from a file outside its folder, so it is not loaded.")
        beside = path.parent / each.location
        held = beside.stat().st_size if beside.is_file() else -1
        if held < each.offset + (each.length or 0):
            raise ModelUnavailable(f"{path.name} keeps its values in {beside.name}, which is missing or incomplete.")


def _inside(folder: Path, each: onnxgraph.Outside) -> bool:
    """Whether values lie in a file directly in the model's folder, also after links are followed."""
    name = each.location
    plain = bool(name) and name not in (".", "..") and not set(name) & {"/", "\\", ":", "\0"}
    if not plain or each.offset < 0 or (each.length or 0) < 0:
        return False
    try:
        return (folder / name).resolve().parent == folder.resolve()
    except (OSError, RuntimeError):  # a circle of links
        return False


def _options(library: Any) -> Any:
    """Options of a session that takes little memory and writes nothing.

    One thread more than there are processors: the one that calls only listens to the token. The last level of
    optimisation arranges weights anew for some 15 % less time, and 300 MB more.
    """
    options = library.SessionOptions()
    options.enable_cpu_mem_arena = False
    options.graph_optimization_level = library.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.intra_op_num_threads = min(_processors(), _MOST_THREADS) + 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads would burn a core
    return options


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
