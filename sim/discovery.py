"""List the cocotb tests of a module without a simulator."""

from __future__ import annotations

from importlib import import_module

from cocotb._decorators import Test, TestGenerator


def cocotb_tests(module: str) -> list[str]:
    """Names of the tests in the order of the file, each variant of a parametrized one by itself.

    Parameters
    ----------
    module
        Name of the module, for example `tb.tests.bench_prio_enc`.
    """
    names: list[str] = []
    for entry in vars(import_module(module)).values():
        if isinstance(entry, Test):
            names.append(entry.name)
        elif isinstance(entry, TestGenerator):
            names += [test.name for test in entry.generate_tests()]
    return names
