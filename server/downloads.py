"""Lists and files handed out to whoever may have them, by pages and by the API alike: kept by no cache."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from flask import Response, abort, send_file, stream_with_context

from server.auth import current_actor, current_store, done_reading
from server.db import Tx
from server.formats import FORMATS, Format, Table
from server.services.people import Actor

__all__ = ["attached", "download", "form_of"]


def form_of(suffix: str) -> Format:
    """Find a format by the suffix of an address; an unknown one is no address (404)."""
    if suffix not in FORMATS:
        abort(404)
    return FORMATS[suffix]


def download(name: str, form: Format, make: Callable[[Tx, Actor], Table]) -> Response:
    """Answer with a list as a file, in pieces as they are read.

    Parameters
    ----------
    name : str
        Of the file, without suffix.
    form : Format
        How.
    make : Callable[[Tx, Actor], Table]
        What; asked before the first byte is sent, so that a refusal can still be one.
    """
    actor = current_actor()
    done_reading()

    def pieces() -> Iterator[bytes]:
        with current_store().read() as tx:
            yield from form.write(make(tx, actor))

    reading = stream_with_context(pieces())
    told = Response(chain([next(reading)], reading), mimetype=form.mimetype)
    told.headers["Content-Disposition"] = f'attachment; filename="{name}.{form.suffix}"'
    told.headers["Cache-Control"] = "private, no-store"
    return told


def attached(path: Path, name: str, mimetype: str) -> Response:
    """Answer with a file that somebody may have and nobody else: kept by no cache.

    Parameters
    ----------
    path : Path
        Where it lies.
    name : str
        As it is to be called.
    mimetype : str
        What it is.
    """
    told = send_file(path.resolve(), mimetype, as_attachment=True, download_name=name, max_age=0)
    told.headers["Cache-Control"] = "private, no-store"
    return told
