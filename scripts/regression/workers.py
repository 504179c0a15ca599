"""Where the seeds run: processes of this machine, or the workers of a Dask scheduler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any
from urllib.parse import urlsplit

from chips.errors import InputError
from scripts.regression.life import chip_of, run_in_own_process
from scripts.regression.outcome import Outcome
from scripts.regression.sources import digest

CONNECT_S = 10
WORKERS_S = 60


def run_here(seeds: Sequence[int], length: int, jobs: int) -> Iterator[Outcome]:
    """Outcomes as they come, `jobs` seeds at a time."""
    sources = digest()
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(run_in_own_process, seed, length, sources) for seed in seeds]
        try:
            for future in as_completed(futures):
                yield future.result()
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


def run_on_cluster(seeds: Sequence[int], length: int, address: str) -> Iterator[Outcome]:
    """Outcomes as they come from the workers of a scheduler.

    Raises
    ------
    InputError
        Nobody answers there, or the scheduler has no workers.
    """
    sources = digest()
    with _connected(address) as client:
        futures = {
            client.submit(run_in_own_process, seed, length, sources, pure=False): seed
            for seed in seeds
        }
        for future in _completed(futures):
            seed = futures[future]
            error = future.exception()
            if error:
                said = str(error).splitlines() or [""]
                yield Outcome(seed, chip_of(seed), f"{type(error).__name__}: {said[0]}")
            else:
                yield future.result()


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
