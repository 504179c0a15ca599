"""Where independent tasks run: a pool of this machine, or the workers of a Dask scheduler."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from chips.errors import InputError

CONNECT_S = 10
WORKERS_S = 60

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Done(Generic[Task, Result]):
    """A task that has ended: with its result, or with None and the error in one line."""

    task: Task
    result: Result | None
    error: str = ""


def process_pool(jobs: int) -> ProcessPoolExecutor:
    """A pool of processes that keep BLAS on one thread and end with the caller.

    An interrupt is left to the caller; if the caller is killed, its processes end at once.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the processes inherit it
    return ProcessPoolExecutor(jobs, get_context("spawn"), _follow_caller)


def _follow_caller() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_caller, daemon=True).start()


def _end_with_caller() -> None:
    caller = parent_process()
    if caller is not None:
        caller.join()
        os._exit(1)


def run_in_pool(
    pool: Executor, work: Callable[[Task], Result], tasks: Sequence[Task]
) -> Iterator[Done[Task, Result]]:
    """Results as they come from a pool, which is shut down at the end."""
    futures = {pool.submit(work, task): task for task in tasks}
    try:
        for future in as_completed(futures):
            yield _done(futures[future], future)
    finally:
        pool.shutdown(cancel_futures=True)


def require_address(address: str) -> None:
    """Refuse what is no address of a scheduler.

    Raises
    ------
    InputError
        It is none.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname or not _has_port(address):
        raise InputError(f"SCHEDULER={address}: allowed is tcp://host:port or tls://host:port")


def run_on_cluster(
    address: str, work: Callable[[Task], Result], tasks: Sequence[Task]
) -> Iterator[Done[Task, Result]]:
    """Results as they come from the workers of a scheduler.

    Raises
    ------
    InputError
        Nobody answers there, or the scheduler has no workers.
    """
    with _connected(address) as client:
        futures = {client.submit(work, task, pure=False): task for task in tasks}
        for future in _completed(futures):
            yield _done(futures[future], future)


def _done(task: Task, future: Any) -> Done[Task, Any]:
    error = future.exception()
    if error is None:
        return Done(task, future.result())
    said = str(error).splitlines() or [""]
    return Done(task, None, f"{type(error).__name__}: {said[0]}")


def _connected(address: str) -> Any:
    """A client of a scheduler that has workers."""
    try:
        from distributed import Client
    except ImportError:
        raise InputError("SCHEDULER=: requirements-cluster.txt is not installed") from None
    try:
        client = Client(address, timeout=CONNECT_S)
    except OSError as error:
        raise InputError(f"SCHEDULER={address}: no answer: {error}") from None
    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except TimeoutError:
        client.close()
        raise InputError(f"SCHEDULER={address}: no worker in {WORKERS_S} s") from None
    return client


def _has_port(address: str) -> bool:
    try:
        return urlsplit(address).port is not None
    except ValueError:
        return False


def _completed(futures: Any) -> Iterator[Any]:
    from distributed import as_completed as completed

    yield from completed(futures)
