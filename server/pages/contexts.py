"""What each template is given: one frozen dataclass per page.

Services' dataclasses are passed on whole (typed ``Any`` here: their shape is theirs); everything that
a page adds, choices, addresses, forms, is spelled out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.maps import MapParts
from server.pages.map_panel import MapPanel
from server.pages.parts import AreaRow, Choice, Link, MovedCounts, ShiftRow

__all__ = [
    "AreasPage",
    "DocsPage",
    "MapPage",
    "ProblemPage",
    "RegridPage",
    "SignInPage",
    "TabletPage",
]


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
    said : str
        What was done just before.
    outside : str
        Name of the organisation's identity provider; empty when there is none.
    """

    next: str
    login: str = ""
    error: str = ""
    accounts: tuple[tuple[str, str, str], ...] = ()
    said: str = ""
    outside: str = ""


@dataclass(frozen=True)
class MapPage:
    """``map/index.html``.

    Attributes
    ----------
    map : MapParts
        folium's parts.
    panel : MapPanel
        What can be chosen.
    views : tuple of Choice
        Indicators to switch between; the symbol of each in its group.
    modules : tuple of str
        Scripts that the page will ask for; paths below ``static/``.
    data : Mapping
        What ``static/js`` reads: addresses, sentences, basemap, first view.
    """

    map: MapParts
    panel: MapPanel
    views: tuple[Choice, ...]
    modules: tuple[str, ...]
    data: Mapping[str, Any]


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
    elsewhere : int
        Open issues that lie in another cell since the grid was changed, as far as this person may move them.
    """

    rows: tuple[AreaRow, ...]
    cells: int
    version: str
    elsewhere: int = 0


@dataclass(frozen=True)
class RegridPage:
    """``regrid/index.html``.

    Attributes
    ----------
    version : str
        Grid version; empty before the first import.
    total : int
        Open issues that lie elsewhere.
    shifts : tuple of ShiftRow
        From where to where, the most frequent first.
    hidden : int
        How many more such ways there are.
    rows : tuple
        This page's issues, :class:`server.pages.facts.Row` with the cell each lies in now as ``target``.
    next_url : str
        The next page; empty on the last one.
    result : MovedCounts or None
        What was moved just now.
    """

    version: str
    total: int
    shifts: tuple[ShiftRow, ...]
    hidden: int
    rows: tuple[Any, ...]
    next_url: str
    result: MovedCounts | None = None


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
    """``tablet/index.html``: nothing in it is anybody's own.

    Attributes
    ----------
    map : MapParts
        Element and assets; the script itself comes from ``script_url``.
    script_url : str
        folium's script as a static file.
    language : str
        ``zh`` or ``en``.
    is_demo : bool
        Whether all that is shown is made up.
    lengths : Mapping
        Most letters of each field, by form: ``visit``, ``care``.
    data : Mapping
        What ``static/js`` reads.
    """

    map: MapParts
    script_url: str
    language: str
    is_demo: bool
    lengths: Mapping[str, Mapping[str, int]]
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
