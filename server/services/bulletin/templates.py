"""The Word template: the one that ships, and the store's own, which goes first; one a language."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError, NotPermitted
from server.models import Area
from server.services import audit
from server.services.administered import need_session
from server.services.bulletin.document import make
from server.services.bulletin.sample import sample
from server.services.bulletin.shapes import Report
from server.services.calendar_files import shown_name
from server.services.people import Actor
from server.services.permissions import over
from server.shipped import shipped
from server.words import language
from server.workflow import Role

__all__ = ["FILES", "Template", "Tried", "may_edit", "remove", "specimen", "template_of", "tried", "upload"]

FILES = {"zh": "bulletin.docx", "en": "bulletin-en.docx"}
"""Names of the template by language, in ``data/bulletin`` and in the store's folder alike."""
OWNERS = (Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True)
class Template:
    """A template.

    Attributes
    ----------
    file : str
        Its name.
    content : bytes
        The .docx.
    own_since : datetime or None
        When the store's own was put there; None for the shipped one.
    """

    file: str
    content: bytes
    own_since: datetime | None


@dataclass(frozen=True)
class Tried:
    """A template that was filled once, and may serve.

    Attributes
    ----------
    file : str
        Name that it was uploaded under.
    content : bytes
        The .docx.
    """

    file: str
    content: bytes


def template_of(tx: Tx) -> Template:
    """Give the template of the language spoken now: the store's own where there is one, else as shipped."""
    name = FILES[language()]
    own = tx.store.folder / name
    with suppress(FileNotFoundError):
        since = datetime.fromtimestamp(own.stat().st_mtime, UTC)
        return Template(name, own.read_bytes(), since)
    return Template(name, (shipped("data") / "bulletin" / name).read_bytes(), None)


def may_edit(tx: Tx, actor: Actor) -> bool:
    """Tell whether an actor supervises or administers the whole: every area at the top."""
    if actor.is_system:
        return True
    tops = set(tx.session.scalars(select(Area.path).where(Area.parent_id.is_(None))))
    return any(tops <= set(over(actor, role)) for role in OWNERS)


def specimen(tx: Tx, actor: Actor) -> Report:
    """Give the numbers that a template is tried with before it is taken in.

    Raises
    ------
    NotPermitted
        The template is not the actor's to change, or the request came with a token.
    """
    _need(tx, actor)
    return sample(tx.now, tx.config.zone)


def tried(report: Report, file: str, content: bytes) -> Tried:
    """Fill a template with a sample; no transaction is open while that lasts.

    Parameters
    ----------
    report : Report
        See :func:`specimen`.
    file : str
        Name that it was uploaded under.
    content : bytes
        The .docx.

    Raises
    ------
    InputError
        It cannot be used: says why, and names the placeholder.
    """
    shown = shown_name(file)
    if not content:
        raise InputError("bulletin.file", field="file")
    make(report, content, shown)
    return Tried(shown, content)


def upload(tx: Tx, actor: Actor, given: Tried) -> int:
    """Take a template in; gives the key of the act.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Supervises or administers the whole.
    given : Tried
        The template, after it was tried.

    Raises
    ------
    NotPermitted
        Not theirs to change, or a request that came with a token.
    """
    _need(tx, actor)
    key = audit.record(tx, actor, "bulletin.upload", file=given.file, language=language())
    path = _own(tx)
    draft = path.with_suffix(".part")
    draft.write_bytes(given.content)
    draft.chmod(0o600)
    draft.replace(path)
    return key


def remove(tx: Tx, actor: Actor) -> int | None:
    """Go back to the shipped template; gives the key of the act, None where there was no other.

    Raises
    ------
    NotPermitted
        As for :func:`upload`.
    """
    _need(tx, actor)
    path = _own(tx)
    if not path.is_file():
        return None
    key = audit.record(tx, actor, "bulletin.remove", language=language())
    path.unlink(missing_ok=True)
    return key


def _own(tx: Tx) -> Path:
    return tx.store.folder / FILES[language()]


def _need(tx: Tx, actor: Actor) -> None:
    need_session(actor)
    if not may_edit(tx, actor):
        raise NotPermitted("bulletin.whole")
