"""The whole functional plan."""

from __future__ import annotations

from tb.coverage.group import Group
from tb.coverage.plan_compute import COMPUTE
from tb.coverage.plan_host import HOST
from tb.coverage.plan_programming import PROGRAMMING

PLAN: dict[str, Group] = {group.name: group for group in (*PROGRAMMING, *COMPUTE, *HOST)}
