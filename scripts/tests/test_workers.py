"""Tasks in a pool: their results, their errors, and what their processes have in common."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

from scripts.workers import Done, process_pool, run_in_pool


def half(task: int) -> int:
    if task % 2:
        raise ValueError(f"{task} is odd\nmore about it")
    return task // 2


def blas_threads(_: int) -> str:
    return os.environ["OPENBLAS_NUM_THREADS"]


def test_every_task_gives_its_result_or_its_error_in_one_line() -> None:
    ended = {done.task: done for done in run_in_pool(ThreadPoolExecutor(2), half, range(4))}
    assert ended == {
        0: Done(0, 0),
        1: Done(1, None, "ValueError: 1 is odd"),
        2: Done(2, 1),
        3: Done(3, None, "ValueError: 3 is odd"),
    }


def test_a_pool_that_is_left_early_does_not_finish_its_tasks() -> None:
    begun, go = [], threading.Event()

    def work(task: int) -> int:
        begun.append(task)
        go.wait(1 if task else 0)
        return task

    ended = run_in_pool(ThreadPoolExecutor(1), work, range(100))
    assert next(ended) == Done(0, 0)
    threading.Timer(0.05, go.set).start()
    del ended
    assert len(begun) <= 2


def test_the_processes_of_a_pool_keep_blas_on_one_thread() -> None:
    assert [done.result for done in run_in_pool(process_pool(1), blas_threads, [0])] == ["1"]
