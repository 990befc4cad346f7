"""What pages are made of: links, choices, forms, rows; frozen, and free of rules."""

from dataclasses import dataclass

__all__ = [
    "ActionForm",
    "AreaRow",
    "Chip",
    "Choice",
    "FilterForm",
    "FormField",
    "Frame",
    "Link",
    "MovedCounts",
    "ShiftRow",
]


@dataclass(frozen=True)
class Link:
    """A way to another page.

    Attributes
    ----------
    key : str
        Name of the resource; marks where one is.
    label, url, icon : str
        Words, address and symbol.
    """

    key: str
    label: str
    url: str
    icon: str = ""


@dataclass(frozen=True)
class Choice:
    """One option of a select or a row of buttons.

    Attributes
    ----------
    value, label : str
        What is sent and what is read.
    chosen : bool
        Whether it holds now.
    group : str
        Heading it stands under; empty for none.
    """

    value: str
    label: str
    chosen: bool = False
    group: str = ""


@dataclass(frozen=True)
class Frame:
    """What stands around every page.

    Attributes
    ----------
    language : str
        ``zh`` or ``en``.
    here : str
        Path and query of this page, to return to after a switch of language.
    links : tuple of Link
        Left navigation, by role.
    person, duty : str
        Name and roles of who is signed in; empty when nobody is.
    area : str
        Name of the area in view.
    is_demo : bool
        Whether the data are the invented town's.
    unpublished : tuple of int
        Years whose holidays are missed, for those who can do something about it.
    """

    language: str
    here: str
    links: tuple[Link, ...] = ()
    person: str = ""
    duty: str = ""
    area: str = ""
    is_demo: bool = False
    unpublished: tuple[int, ...] = ()


@dataclass(frozen=True)
class Chip:
    """A filter in words that has no field of its own in a form.

    Attributes
    ----------
    label, url : str
        What it says; the list without it.
    fields : tuple of (str, str)
        As the form sends it on.
    """

    label: str
    url: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FilterForm:
    """Choices of the filters that the map and the list share.

    Attributes
    ----------
    states, categories, sources, periods : tuple of Choice
        Options; the first of each means "all".
    areas, clocks, orders, departments, satisfactions, todos : tuple of Choice
        More options of the list; empty on the map.
    q, since, until : str
        As typed.
    is_overdue, is_mine, is_urgent, is_again : bool
        Ticked boxes.
    more : int
        How many of the options that are folded away hold.
    chips : tuple of Chip
        What holds beside the form's fields.
    """

    states: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    sources: tuple[Choice, ...]
    periods: tuple[Choice, ...] = ()
    areas: tuple[Choice, ...] = ()
    q: str = ""
    since: str = ""
    until: str = ""
    is_overdue: bool = False
    is_mine: bool = False
    is_urgent: bool = False
    is_again: bool = False
    clocks: tuple[Choice, ...] = ()
    orders: tuple[Choice, ...] = ()
    departments: tuple[Choice, ...] = ()
    satisfactions: tuple[Choice, ...] = ()
    todos: tuple[Choice, ...] = ()
    more: int = 0
    chips: tuple[Chip, ...] = ()


@dataclass(frozen=True)
class FormField:
    """One field of an action's form.

    Attributes
    ----------
    name, label : str
        As sent and as read.
    kind : str
        ``text``, ``long``, ``date``, ``datetime-local``, ``number``, ``choice`` (select), ``radio``, ``checks``
        (several), ``suggest`` (text with suggestions), ``photos`` (files) or ``pin`` (longitude and latitude).
    choices : tuple of Choice
        Options of those kinds that have any.
    value : str
        What stands in it.
    is_required : bool
        Whether the action needs it.
    error, hint : str
        What is wrong with it; what it is good for.
    """

    name: str
    label: str
    kind: str = "long"
    choices: tuple[Choice, ...] = ()
    value: str = ""
    is_required: bool = True
    error: str = ""
    hint: str = ""


@dataclass(frozen=True)
class ActionForm:
    """One action that this person may take now.

    Attributes
    ----------
    action, name, url : str
        Code, words and address of the POST.
    fields : tuple of FormField
        What it needs.
    is_primary : bool
        Whether it is the most likely one.
    confirm : str
        What is lost by it, to be confirmed; empty when nothing is.
    is_open : bool
        Whether it stands unfolded, because it was sent and refused.
    error : str
        Why it was refused, when that is no matter of one field.
    """

    action: str
    name: str
    url: str
    fields: tuple[FormField, ...] = ()
    is_primary: bool = False
    confirm: str = ""
    is_open: bool = False
    error: str = ""


@dataclass(frozen=True)
class AreaRow:
    """One line of the tree of areas.

    Attributes
    ----------
    code, name, level, level_name : str
        The area.
    depth : int
        0 for the topmost in view.
    workers : str
        Who answers for it now.
    households : int or None
        As imported.
    open, overdue : int
        Open issues in it and below, and those past due.
    map_url, issues_url : str
        Where to look at it.
    """

    code: str
    name: str
    level: str
    level_name: str
    depth: int
    workers: str
    households: int | None
    open: int
    overdue: int
    map_url: str
    issues_url: str


@dataclass(frozen=True)
class ShiftRow:
    """How many issues go from one cell to another.

    Attributes
    ----------
    source, target : str
        Names.
    count : int
        Issues.
    """

    source: str
    target: str
    count: int


@dataclass(frozen=True)
class MovedCounts:
    """What became of issues that were moved.

    Attributes
    ----------
    moved, dispatched, reassigned, flagged : int
        As :class:`server.services.moving.Moved` counts them.
    """

    moved: int
    dispatched: int
    reassigned: int
    flagged: int
