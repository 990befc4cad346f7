"""The application: settings and store in, a Flask application out. Assembles; decides nothing."""

import gc
import logging
from urllib.parse import urlsplit

from apiflask import APIFlask
from flask import request
from jinja2 import StrictUndefined

from server import api, auth, crowding, limiting, pages, security, statics, tablet, translate, words
from server.config import Config, load
from server.db import Store
from server.keys import keys_of
from server.pages.frame import LANGUAGE_COOKIE
from server.services import warming
from server.shipped import shipped
from server.upgrade import check_version

__all__ = ["create_app", "from_environment"]


def create_app(config: Config, store: Store | None = None) -> APIFlask:
    """Make the application.

    Parameters
    ----------
    config : Config
        Settings.
    store : Store, optional
        An open store, e.g. with a clock of its own; opened from the settings when omitted.

    Returns
    -------
    APIFlask
        A WSGI application.

    Raises
    ------
    SetupError
        The store is older or newer than the program.
    """
    store = store or Store(config)
    check_version(store)
    logging.getLogger("wangge").setLevel(config.log_level.upper())
    app = APIFlask(
        "server",
        title="wangge",
        version="v1",
        spec_path=None,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # our own route serves them
        template_folder=str(shipped("templates")),
    )
    app.extensions["wangge"] = store
    app.config.update(
        SECRET_KEY=keys_of(store).session,
        MAX_CONTENT_LENGTH=security.BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=security.BODY_BYTES,
        MAX_FORM_PARTS=security.FORM_PARTS,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=config.secure_cookies,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # security looks at Origin and Sec-Fetch-Site itself
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    _speak_the_askers_language(app, config)
    security.install(app, config, _tile_hosts(config))
    crowding.install(app)
    limiting.install_before(app, config)
    auth.install(app)
    limiting.install(app)
    auth.install_forms(app)
    translate.install(app, pages.problem_page)
    _templates(app)
    statics.install(app)
    for blueprint in (*api.BLUEPRINTS, *pages.BLUEPRINTS, *tablet.BLUEPRINTS):
        app.register_blueprint(blueprint)
    return app


def from_environment() -> APIFlask:
    """Make the application from environment and file alone; granian's workers call this."""
    app = create_app(load())
    warming.begin(app.extensions["wangge"])
    # What is loaded by now stays: to look through it again costs a large answer a tenth of a second, time and again.
    gc.collect()
    gc.freeze()
    return app


def _speak_the_askers_language(app: APIFlask, config: Config) -> None:
    @app.before_request
    def choose() -> None:
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        if chosen not in words.LANGUAGES:
            asked = request.accept_languages.best_match(["zh-CN", "zh", "en"], "") or ""
            chosen = asked[:2] or config.language
        words.speak(chosen)


def _templates(app: APIFlask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(nonce=security.nonce, state_name=words.state_name)


def _tile_hosts(config: Config) -> tuple[str, ...]:
    parts = urlsplit(config.basemap_url)
    if not parts.scheme.startswith("http"):
        return ()
    host = parts.netloc.replace("{s}", "*")
    return (f"{parts.scheme}://{host}",)
