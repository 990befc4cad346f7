"""What the templates of the duty pages are given: one frozen dataclass per page, and what they are made of."""

from dataclasses import dataclass
from typing import Any

from server.pages.issue_rows import Named
from server.pages.parts import Choice

__all__ = [
    "AreaDutiesPage",
    "AreaRow",
    "DutiesPage",
    "GapRow",
    "HandOverPage",
    "ItemRow",
    "LeaveRow",
    "LeavingPage",
    "PersonPage",
    "PostRow",
]


@dataclass(frozen=True)
class PostRow:
    """Somebody's duty.

    Attributes
    ----------
    id : int
        Key of the duty.
    uid, name, kind, area, code : str
        Who, as what, for what.
    notes : tuple of str
        What is to change, and leave, in words.
    is_away, is_coming : bool
        On leave now; not begun.
    may_end : bool
        Whether this person may end it.
    """

    id: int
    uid: str
    name: str
    kind: str
    area: str
    code: str
    notes: tuple[str, ...]
    is_away: bool
    is_coming: bool
    may_end: bool


@dataclass(frozen=True)
class AreaRow:
    """An area with its posts.

    Attributes
    ----------
    code, name, level : str
        The area.
    first, second : tuple of PostRow
        A and B of a cell; leaders of an area above, and nobody.
    now, why : str
        Who answers for it now (empty: nobody), and the reason's code.
    may_edit : bool
        Whether this person may give its duties.
    """

    code: str
    name: str
    level: str
    first: tuple[PostRow, ...]
    second: tuple[PostRow, ...]
    now: str
    why: str
    may_edit: bool


@dataclass(frozen=True)
class GapRow:
    """A cell without a worker.

    Attributes
    ----------
    code, cell, community, leader : str
        Where, and who catches what comes; empty for nobody.
    when : str
        From when until when.
    """

    code: str
    cell: str
    community: str
    leader: str
    when: str


@dataclass(frozen=True)
class ItemRow:
    """An issue to be handed over.

    Attributes
    ----------
    number, area, holder, summary : str
        The issue.
    state : Named
        Where it stands.
    to : str
        Who gets it; empty for nobody.
    """

    number: str
    state: Named
    area: str
    holder: str
    summary: str
    to: str


@dataclass(frozen=True)
class DutiesPage:
    """``duties/index.html``.

    Attributes
    ----------
    uncovered, caught, coming : tuple of GapRow
        Cells nobody answers for now; those only a leader answers for; those without a worker in days to come.
    stranded : tuple
        Issues whose holder is not there.
    rows : tuple of AreaRow
        In tree order.
    me : str
        Uid of who looks.
    days : int
        How far the coming ones look.
    """

    uncovered: tuple[GapRow, ...]
    caught: tuple[GapRow, ...]
    coming: tuple[GapRow, ...]
    stranded: tuple[ItemRow, ...]
    rows: tuple[AreaRow, ...]
    me: str
    days: int


@dataclass(frozen=True)
class AreaDutiesPage:
    """``duties/area.html``.

    Attributes
    ----------
    row : AreaRow
        The area with its posts.
    kinds, people : tuple of Choice
        What can be given, to whom.
    today : str
        First day that can be chosen.
    """

    row: AreaRow
    kinds: tuple[Choice, ...]
    people: tuple[Choice, ...]
    today: str


@dataclass(frozen=True)
class LeaveRow:
    """A leave.

    Attributes
    ----------
    id : int
        Its key.
    when, substitute : str
        Days, and who stands in; empty for nobody.
    since, until : str
        First and last day, for the form.
    people : tuple of Choice
        Who can stand in; the one who does is chosen.
    everything, is_now : bool
        Whether issues in work go over too; whether it is under way.
    """

    id: int
    when: str
    substitute: str
    since: str
    until: str
    people: tuple[Choice, ...]
    everything: bool
    is_now: bool


@dataclass(frozen=True)
class PersonPage:
    """``duties/person.html``.

    Attributes
    ----------
    uid, name : str
        The person.
    is_me, may_manage, is_active : bool
        Whether it is who looks; whether they decide; whether in service.
    leaving : str
        Last day in service, where announced.
    posts : tuple of PostRow
        Duties now and to come.
    leave : tuple of LeaveRow
        Leave now and to come.
    people : tuple of Choice
        Who can stand in.
    open : int
        Issues they hold.
    may_hand_over : bool
        Whether who looks hands over their issues, and says that those in work go over at a leave.
    today : str
        For the forms.
    done : tuple of str
        What was done just now, in sentences.
    """

    uid: str
    name: str
    is_me: bool
    may_manage: bool
    is_active: bool
    leaving: str
    posts: tuple[PostRow, ...]
    leave: tuple[LeaveRow, ...]
    people: tuple[Choice, ...]
    open: int
    may_hand_over: bool
    today: str
    done: tuple[str, ...]


@dataclass(frozen=True)
class HandOverPage:
    """``duties/hand_over.html``.

    Attributes
    ----------
    uid, name : str
        Whose issues.
    items : tuple
        Issues and who would get each.
    people, cells : tuple of Choice
        To whom, and of which cell.
    to, cell : str
        As chosen.
    """

    uid: str
    name: str
    items: tuple[ItemRow, ...]
    people: tuple[Choice, ...]
    cells: tuple[Choice, ...]
    to: str
    cell: str


@dataclass(frozen=True)
class LeavingPage:
    """``duties/leaving.html``.

    Attributes
    ----------
    leaving : Any
        What it would mean, as the service tells it.
    uid, last_day : str
        Whose, and the day announced already, if any.
    posts : tuple of str
        Duties that end, in words.
    items : tuple of ItemRow
        Open issues and who gets each.
    today : str
        For the form.
    """

    leaving: Any
    uid: str
    last_day: str
    posts: tuple[str, ...]
    items: tuple[ItemRow, ...]
    today: str
