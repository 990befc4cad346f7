"""What each template is given: one frozen dataclass per page, and the frame around them all.

Services' dataclasses are passed on whole (typed ``Any`` here: their shape is theirs); everything that
a page adds, choices, addresses, forms, is spelled out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.maps import MapParts

__all__ = [
    "ActionForm",
    "AreaRow",
    "AreasPage",
    "Choice",
    "DocsPage",
    "FilterForm",
    "FormField",
    "Frame",
    "IssueListPage",
    "IssuePage",
    "Link",
    "MapPage",
    "ProblemPage",
    "SignInPage",
    "TabletPage",
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
    """

    language: str
    here: str
    links: tuple[Link, ...] = ()
    person: str = ""
    duty: str = ""
    area: str = ""
    is_demo: bool = False


@dataclass(frozen=True)
class FilterForm:
    """Choices of the filters that the map and the list share.

    Attributes
    ----------
    states, categories, sources, periods : tuple of Choice
        Options; the first of each means "all".
    areas : tuple of Choice
        Areas to narrow to; empty on the map.
    q, since, until : str
        As typed.
    is_overdue, is_mine : bool
        Ticked boxes.
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


@dataclass(frozen=True)
class SignInPage:
    """``sign_in.html``.

    Attributes
    ----------
    next, login : str
        Where to go afterwards, and the name as typed.
    error : str
        Sentence when the last attempt failed.
    accounts : tuple of (str, str, str)
        Login, password and role of the demonstration's accounts; empty elsewhere.
    """

    next: str
    login: str = ""
    error: str = ""
    accounts: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class MapPage:
    """``map/index.html``.

    Attributes
    ----------
    map : MapParts
        folium's parts.
    filters : FilterForm
        Choices of the panel.
    views : tuple of Choice
        Indicators to switch between.
    data : Mapping
        What ``static/js`` reads: addresses, sentences, basemap, first view.
    """

    map: MapParts
    filters: FilterForm
    views: tuple[Choice, ...]
    data: Mapping[str, Any]


@dataclass(frozen=True)
class IssueListPage:
    """``issues/list.html``.

    Attributes
    ----------
    issues : tuple
        Briefs of the issues service, newest first.
    filters : FilterForm
        Choices as they hold.
    total : int or None
        How many match; None when not counted.
    first_url, next_url, csv_url : str
        Other pages of the list (empty: none) and its export.
    """

    issues: tuple[Any, ...]
    filters: FilterForm
    total: int | None
    first_url: str
    next_url: str
    csv_url: str


@dataclass(frozen=True)
class FormField:
    """One field of an action's form.

    Attributes
    ----------
    name, label : str
        As sent and as read.
    kind : str
        ``text``, ``long``, ``date``, ``number`` or ``choice``.
    choices : tuple of Choice
        Options when ``kind`` is ``choice``.
    """

    name: str
    label: str
    kind: str = "long"
    choices: tuple[Choice, ...] = ()


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
    """

    action: str
    name: str
    url: str
    fields: tuple[FormField, ...] = ()
    is_primary: bool = False


@dataclass(frozen=True)
class IssuePage:
    """``issues/one.html``.

    Attributes
    ----------
    issue : Any
        Facts of the issues service, with ``log``.
    forms : tuple of ActionForm
        Only what the server offers, likeliest first.
    map : MapParts
        Small map around the place.
    data : Mapping
        What the map's module reads.
    """

    issue: Any
    forms: tuple[ActionForm, ...]
    map: MapParts
    data: Mapping[str, Any]


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
class AreasPage:
    """``areas/list.html``.

    Attributes
    ----------
    rows : tuple of AreaRow
        In tree order.
    cells : int
        How many of them are cells.
    version : str
        Grid version; empty before the first import.
    """

    rows: tuple[AreaRow, ...]
    cells: int
    version: str


@dataclass(frozen=True)
class ProblemPage:
    """``errors/problem.html``.

    Attributes
    ----------
    status : int
        HTTP status.
    title, detail : str
        What happened: a headline and a sentence.
    back : Link
        The one way on.
    number : str
        Id of the request, for asking; may be empty.
    """

    status: int
    title: str
    detail: str
    back: Link
    number: str = ""


@dataclass(frozen=True)
class TabletPage:
    """``tablet/index.html``.

    Attributes
    ----------
    map : MapParts
        Element and assets; the script itself comes from ``script_url``.
    script_url : str
        folium's script as a static file.
    categories, sources : tuple of Choice
        What can be reported, and how it came in.
    cells : tuple of str
        Names of the worker's cells.
    data : Mapping
        What ``static/js`` reads.
    """

    map: MapParts
    script_url: str
    categories: tuple[Choice, ...]
    sources: tuple[Choice, ...]
    cells: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DocsPage:
    """``docs/api.html``.

    Attributes
    ----------
    spec_url : str
        Address of the OpenAPI document.
    """

    spec_url: str
