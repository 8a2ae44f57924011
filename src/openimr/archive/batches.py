"""One port for work over many batches: here, in a pool of processes, or on a Dask cluster.

Whatever carries them, results come in the order of the batches, no more than a window of batches
is under way (so memory does not grow with their number), and a worker that dies loses nothing:
its batches are done again, and one that kills its worker twice is returned as failed.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from openimr.errors import InputError

B = TypeVar("B")
R = TypeVar("R")

SCHEDULERS = "in-process, processes or tcp://HOST:PORT of a Dask scheduler"


@dataclass(frozen=True, slots=True)
class Outcome(Generic[B, R]):
    """What became of one batch: ``value``, or ``failure`` in words when there is none."""

    batch: B
    value: R | None
    failure: str | None = None


def map_batches(
    function: Callable[[B], R],
    batches: Iterable[B],
    *,
    scheduler: str = "processes",
    workers: int | None = None,
    window: int | None = None,
) -> Iterator[Outcome[B, R]]:
    """Apply a function to batches, in order, with bounded memory.

    Args:
        function: importable by name on the workers; batches and results must be picklable. A
            hundred letters or more a batch keep the cost of passing them small.
        batches: drawn as they are needed.
        scheduler: ``in-process``, ``processes``, or the ``tcp://`` address of a Dask scheduler
            whose workers have OpenIMR installed.
        workers: processes of the pool; as many as the machine has processors by default.
        window: batches under way at once; two a worker and one by default.

    Yields:
        One :class:`Outcome` a batch, in the order of ``batches``.

    Raises:
        InputError: the scheduler is unknown or cannot be reached.
    """
    if scheduler == "in-process":
        return _in_process(function, batches)
    if scheduler == "processes":
        count = workers or os.cpu_count() or 1
        return _Pool(function, count, window or 2 * count + 1).run(batches)
    if scheduler.startswith(("tcp://", "tls://", "ucx://")):
        return _on_dask(function, batches, scheduler, window)
    raise InputError("--scheduler", f"there is no scheduler {scheduler!r}", f"give {SCHEDULERS}")


def _in_process(function: Callable[[B], R], batches: Iterable[B]) -> Iterator[Outcome[B, R]]:
    for batch in batches:
        yield _settled(batch, lambda batch=batch: function(batch))  # type: ignore[misc]


def _settled(batch: B, result: Callable[[], R]) -> Outcome[B, R]:
    """The outcome of a call. Of an error only the kind is told: its text may quote a record."""
    try:
        return Outcome(batch, result())
    except Exception as error:
        return Outcome(batch, None, f"the work failed ({type(error).__name__})")


# ------------------------------------------------------------------------------- process pool


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no cycles of objects meanwhile.

    Hardly anything of a letter refers to itself, so that looking costs more than it frees.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class _Pool(Generic[B, R]):
    """A pool that is made anew when a worker dies; the batches under way are then done alone."""

    def __init__(self, function: Callable[[B], R], workers: int, window: int) -> None:
        self._function = function
        self._workers = workers
        self._window = window
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers, multiprocessing.get_context("spawn"), initializer=_settle_worker
        )

    def run(self, batches: Iterable[B]) -> Iterator[Outcome[B, R]]:
        waiting: deque[tuple[B, Future[R] | None]] = deque()
        source = iter(batches)
        try:
            while True:
                while len(waiting) < self._window:
                    batch = next(source, _END)
                    if batch is _END:
                        break
                    waiting.append((batch, self._submit(batch)))
                if not waiting:
                    return
                batch, future = waiting.popleft()
                try:
                    if future is None:
                        raise BrokenProcessPool
                    outcome = _unless_broken(batch, future)
                except BrokenProcessPool:
                    outcome = self._alone(batch)
                    waiting = deque(
                        (later, done if done and _finished(done) else self._submit(later))
                        for later, done in waiting
                    )
                yield outcome
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, batch: B) -> Future[R] | None:
        try:
            return self._pool.submit(self._function, batch)
        except BrokenProcessPool:
            return None

    def _alone(self, batch: B) -> Outcome[B, R]:
        """Do a batch once more, with nothing else under way; a second death is its own."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        alone = ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), initializer=_settle_worker
        )
        try:
            return _unless_broken(batch, alone.submit(self._function, batch))
        except BrokenProcessPool:
            return Outcome(batch, None, "the worker died on it twice")
        finally:
            alone.shutdown(wait=False, cancel_futures=True)
            self._pool = self._new()


_END: Any = object()


def _finished(future: Future[R]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _unless_broken(batch: B, future: Future[R]) -> Outcome[B, R]:
    try:
        return Outcome(batch, future.result())
    except BrokenProcessPool:
        raise
    except Exception as error:
        return Outcome(batch, None, f"the work failed ({type(error).__name__})")


def _settle_worker() -> None:
    """A worker leaves the interrupt key to its parent, and ends when its parent has died."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive_nobody, args=(parent,), daemon=True).start()


def _outlive_nobody(parent: Any) -> None:
    parent.join()
    os._exit(1)


# --------------------------------------------------------------------------------------- Dask


def _on_dask(
    function: Callable[[B], R], batches: Iterable[B], address: str, window: int | None
) -> Iterator[Outcome[B, R]]:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "--scheduler", "Dask is not installed", "install openimr[archive]"
        ) from None
    try:
        client: Any = Client(address, timeout="5s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError):
        raise InputError(
            address, "no Dask scheduler answers there", "check the address, or start one"
        ) from None
    with client:
        waiting: deque[tuple[B, Any]] = deque()
        source = iter(batches)
        while True:
            while len(waiting) < (window or _dask_window(client)):
                batch = next(source, _END)
                if batch is _END:
                    break
                waiting.append((batch, client.submit(function, batch, pure=False)))
            if not waiting:
                return
            batch, future = waiting.popleft()
            yield _dask_outcome(client, function, batch, future)


def _dask_window(client: Any) -> int:
    threads: int = sum(client.nthreads().values())
    return 2 * max(threads, 1) + 1


def _dask_outcome(client: Any, function: Callable[[B], R], batch: B, future: Any) -> Outcome[B, R]:
    """The result of a batch. Work of a worker that died is done again by the scheduler itself."""
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    for attempt in (1, 2):
        try:
            return Outcome(batch, future.result())
        except (KilledWorker, FutureCancelledError):
            if attempt == 1:
                future = client.submit(function, batch, pure=False)
        except Exception as error:
            return Outcome(batch, None, f"the work failed ({type(error).__name__})")
    return Outcome(batch, None, "its workers died")
