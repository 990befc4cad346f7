"""What the pages of the intake desk are given, made of what services told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_wtf.csrf import CSRFError

from server.errors import ServerError
from server.maps import MapParts
from server.pages.choices import category_choices, source_choices
from server.pages.issue_rows import Row, row_of
from server.pages.parts import Choice
from server.services.desk_entry import Preview, Typed
from server.services.gazetteer import FoundPlace
from server.services.pointing import Fault
from server.translate import shown, status_of
from server.words import place_kind_name, sentence
from server.workflow import WorkflowError

__all__ = [
    "CategoryOption",
    "DonePage",
    "LikelyRow",
    "Look",
    "ReportPage",
    "SpotRow",
    "category_options",
    "errors_of",
    "hindrance",
    "look_of",
    "report_page",
    "spot_rows",
]


@dataclass(frozen=True)
class CategoryOption:
    """A category to choose, by a list or by typing.

    Attributes
    ----------
    choice : Choice
        As in a list.
    keys : str
        Pinyin, whole and initials, that find it.
    """

    choice: Choice
    keys: str


@dataclass(frozen=True)
class SpotRow:
    """A place to choose.

    Attributes
    ----------
    ref, name, kind, where : str
        Reference, name, kind in words, address and cell.
    """

    ref: str
    name: str
    kind: str
    where: str


@dataclass(frozen=True)
class LikelyRow:
    """An issue that may be the same matter.

    Attributes
    ----------
    issue : Row
        As lists show it.
    score : int
        0 to 100.
    reasons : str
        Why, in words.
    can_take : bool
        Whether this person may merge another into it.
    """

    issue: Row
    score: int
    reasons: str
    can_take: bool


@dataclass(frozen=True)
class Look:
    """What to look at before saving.

    Attributes
    ----------
    cell, code, holder : str
        Name and code of the cell, and who is on duty; empty for none.
    shown, seen : str
        What is sent back with the form: the cell shown, and the numbers of the issues shown.
    likely : tuple of LikelyRow
        What may be the same matter.
    """

    cell: str
    code: str
    holder: str
    shown: str
    seen: str
    likely: tuple[LikelyRow, ...]


@dataclass(frozen=True)
class ReportPage:
    """``report/new.html``.

    Attributes
    ----------
    typed : Typed
        The form as it was typed.
    sources : tuple of Choice
        How it came in.
    categories : tuple of CategoryOption
        What it may be.
    map : MapParts
        For the pin.
    data : Mapping
        What the map's module reads.
    focus : str
        Field to begin in.
    errors : dict
        Field -> sentence.
    problem : str
        What stands in the way as a whole; empty for nothing.
    spots : tuple of SpotRow
        Places to choose from.
    look : Look or None
        What to look at before saving; None before that.
    """

    typed: Typed
    sources: tuple[Choice, ...]
    categories: tuple[CategoryOption, ...]
    map: MapParts
    data: Mapping[str, Any]
    focus: str = "source"
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    spots: tuple[SpotRow, ...] = ()
    look: Look | None = None


@dataclass(frozen=True)
class DonePage:
    """``report/done.html``.

    Attributes
    ----------
    issue : Row
        What was saved.
    parent : str
        Number of the issue it was merged into; empty for none.
    waits : str
        Why nobody has it; empty when somebody has.
    next_url : str
        Where the next one is written down.
    """

    issue: Row
    parent: str
    waits: str
    next_url: str


def report_page(typed: Typed, drawn: MapParts, data: Mapping[str, Any], **more: Any) -> ReportPage:  # noqa: ANN401
    """Make the page of a form; ``more`` are the fields of :class:`ReportPage` that differ from usual."""
    errors = more.get("errors") or {}
    if errors:
        first = next((name for name in vars(typed) if name in errors), "source")
        more["focus"] = "spot" if first == "q" and more.get("spots") else first
    return ReportPage(
        typed, source_choices(typed.source), category_options(typed.category), drawn, data, **more
    )


def category_options(chosen: str) -> tuple[CategoryOption, ...]:
    """List categories with the pinyin that finds them."""
    return tuple(CategoryOption(one, _keys(one.label)) for one in category_choices(chosen))


def _keys(label: str) -> str:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - takes 0.3 s, and few pages spell anything

    syllables = lazy_pinyin(label.casefold())
    return f"{''.join(syllables)} {''.join(one[:1] for one in syllables)}"


def errors_of(faults: Mapping[str, Fault]) -> dict[str, str]:
    """Say what is wrong with each field."""
    return {name: sentence(code, shown(values)) for name, (code, values) in faults.items()}


def hindrance(error: ServerError | WorkflowError | CSRFError) -> tuple[int, str]:
    """Tell status and words of what keeps a whole form from being taken; that it stood open too long is one."""
    if isinstance(error, CSRFError):
        return 400, sentence("auth.csrf")
    return status_of(error), sentence(error.code, shown(error.values))


def spot_rows(found: Iterable[FoundPlace]) -> tuple[SpotRow, ...]:
    """Show places to choose from."""
    return tuple(
        SpotRow(
            one.ref,
            one.name,
            place_kind_name(one.kind),
            " · ".join(
                part for part in (one.address, one.cell[1] if one.cell else "") if part != one.name and part
            ),
        )
        for one in found
    )


def look_of(preview: Preview, *, may_merge: bool) -> Look:
    """Show what to look at before saving."""
    cell, holder = preview.answered.cell, preview.answered.holder
    likely = tuple(
        LikelyRow(
            row_of(one.issue),
            one.score,
            " · ".join(sentence(why["code"], why["values"]) for why in one.reasons),
            one.can_take and may_merge,
        )
        for one in preview.likely
    )
    return Look(
        cell=cell[1] if cell else "",
        code=cell[0] if cell else "",
        holder=holder.name if holder else "",
        shown=preview.shown,
        seen=",".join(one.issue.number for one in preview.likely),
        likely=likely,
    )
