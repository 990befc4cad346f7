"""Saying limits and stages: units and amounts in the language spoken."""

from server.words import NAMES, _, sentence

__all__ = ["department_kind_name", "limit_kind_name", "limit_said", "stage_name"]


def stage_name(code: str) -> str:
    """Name a stage of the loop's clocks."""
    return _(NAMES["stage"].get(code, code))


def limit_kind_name(code: str) -> str:
    """Name the unit of a limit."""
    return _(NAMES["limit_kind"].get(code, code))


def limit_said(kind: str, amount: float, *, is_short: bool = False) -> str:
    """Say a limit with its unit, such as 2 个工作日; shorter for a table, 2 工作日."""
    return sentence(f"limit.{'short.' if is_short else ''}{kind}", {"amount": f"{amount:g}"})


def department_kind_name(code: str) -> str:
    """Name a kind of department; words of an import are shown as they are."""
    return _(NAMES["department_kind"].get(code, code)) if code else ""
