"""What the templates of lists, of one issue and of many at once are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.maps import MapParts
from server.pages.parts import ActionForm, Choice, FilterForm, FormField

__all__ = ["BulkPage", "BulkResult", "BulkResultPage", "IssueListPage", "IssuePage", "ViewChip"]


@dataclass(frozen=True)
class ViewChip:
    """A saved view.

    Attributes
    ----------
    id : int
        Key.
    name, url : str
        As its owner calls it, and where it leads.
    is_here : bool
        Whether it is what the list shows now.
    """

    id: int
    name: str
    url: str
    is_here: bool


@dataclass(frozen=True)
class IssueListPage:
    """``issues/list.html``.

    Attributes
    ----------
    issues : tuple
        Lines, :class:`server.pages.facts.Row`.
    filters : FilterForm
        Choices as they hold.
    given : Mapping[str, str]
        Query as it holds, to be saved.
    views : tuple of ViewChip
        What this person saved.
    bulk : tuple of Choice
        Actions on many at once.
    total : int or None
        How many match; None when not counted.
    first_url, next_url, csv_url, sum_url, here : str
        Other pages of the list (empty: none), its export, and this page.
    """

    issues: tuple[Any, ...]
    filters: FilterForm
    given: Mapping[str, str]
    views: tuple[ViewChip, ...]
    bulk: tuple[Choice, ...]
    total: int | None
    first_url: str
    next_url: str
    csv_url: str
    sum_url: str
    here: str


@dataclass(frozen=True)
class IssuePage:
    """``issues/one.html``.

    Attributes
    ----------
    issue : Any
        :class:`server.pages.facts.Facts`.
    log : tuple
        Lines of the log, newest first.
    first, more, grave : tuple of ActionForm
        The likeliest actions; the rest; those that end something.
    map : MapParts
        Small map around the place.
    data : Mapping
        What the map's module reads.
    done : str
        Sentence on what was done just now; empty when nothing was.
    problem : str
        Sentence on why it was not; empty when nothing was refused.
    news : tuple
        Lines of the log that came meanwhile.
    whys : tuple of Choice
        What for it may be seen whole; empty when it is, or may not be.
    photos : Any
        :class:`server.pages.photos.Photos`.
    """

    issue: Any
    log: tuple[Any, ...]
    first: tuple[ActionForm, ...]
    more: tuple[ActionForm, ...]
    grave: tuple[ActionForm, ...]
    map: MapParts
    data: Mapping[str, Any]
    done: str = ""
    problem: str = ""
    news: tuple[Any, ...] = ()
    whys: tuple[Choice, ...] = ()
    photos: Any = None


@dataclass(frozen=True)
class BulkPage:
    """``issues/bulk.html``: what is to be done with which issues, and what it needs.

    Attributes
    ----------
    action, name : str
        Code and words.
    issues : tuple
        Lines.
    fields : tuple of FormField
        What it needs.
    key : str
        Names this request, so that it acts once.
    confirm : str
        What is lost by it; empty when nothing is.
    back : str
        Where to return to.
    """

    action: str
    name: str
    issues: tuple[Any, ...]
    fields: tuple[FormField, ...]
    key: str
    confirm: str
    back: str


@dataclass(frozen=True)
class BulkResult:
    """What became of one of many.

    Attributes
    ----------
    number : str
        Which.
    state : Any
        State afterwards; None when it was refused.
    detail : str
        Why it was refused; empty when it was done.
    """

    number: str
    state: Any
    detail: str


@dataclass(frozen=True)
class BulkResultPage:
    """``issues/bulk_done.html``.

    Attributes
    ----------
    name : str
        What was done, in words.
    done, refused : tuple of BulkResult
        Each issue.
    back : str
        Where to return to.
    """

    name: str
    done: tuple[BulkResult, ...] = field(default_factory=tuple)
    refused: tuple[BulkResult, ...] = field(default_factory=tuple)
    back: str = "/issues"
