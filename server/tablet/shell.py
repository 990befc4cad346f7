"""The tablet's shell: one page per language, the files it needs, and a version over all of them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import render_template

from server.auth import current_store
from server.maps import Basemap, MapView, map_parts, tablet_map_script
from server.pages.contexts import TabletPage
from server.pages.ground import basemap_data, basemap_of, urls
from server.services import cares, marks, visits
from server.statics import static_url
from server.tablet.assets import DIGITS, static_files
from server.tablet.words import words
from server.words import LANGUAGES, language, speaking

__all__ = ["WORKER_PARTS", "Shell", "shell_now"]

API = "/api/v1"
WORKER_PARTS = ("js/tablet/sw/keep.js", "js/tablet/sw/ranges.js", "js/tablet/sw/serve.js")
"""What the worker is made of, in order; each a classic script."""


@dataclass(frozen=True)
class Shell:
    """All that a tablet keeps to open without a network.

    Attributes
    ----------
    version : str
        Changes with every byte of it.
    pages : Mapping[str, str]
        HTML by language.
    assets : Mapping[str, str]
        Addresses of the files, and the first digits of their SHA-256.
    script_name, script : str
        folium's script, and the name with its digest.
    """

    version: str
    pages: Mapping[str, str]
    assets: Mapping[str, str]
    script_name: str
    script: str


def shell_now() -> Shell:
    """Give the shell of the running application; made again when the settings or the files have changed."""
    store = current_store()
    with store.read() as tx:
        is_demo = marks.is_demo(tx)
    ground = json.dumps(basemap_data(store), sort_keys=True)
    return _made(str(store.config.zone), basemap_of(store), ground, is_demo, static_url(""))


@lru_cache(maxsize=8)
def _made(zone: str, basemap: Basemap | None, _ground: str, is_demo: bool, _statics: str) -> Shell:
    name, script = tablet_map_script(basemap)
    drafts = {one: _page(one, "", zone, basemap, is_demo) for one in LANGUAGES}
    whole = hashlib.sha256(script.encode())
    assets = {f"/t/{name}": whole.hexdigest()[:DIGITS], **static_files("".join(drafts.values()))}
    for part in (*drafts.values(), *assets, *map(static_url, WORKER_PARTS)):
        whole.update(part.encode() + b"\0")
    version = whole.hexdigest()[:16]
    pages = {one: _page(one, version, zone, basemap, is_demo) for one in LANGUAGES}
    return Shell(version, pages, assets, name, script)


def _own_ground(basemap: dict[str, Any]) -> dict[str, Any]:
    """Point at the ground map of the asker's own area, which the worker keeps for when there is no network."""
    return {**basemap, "vector": "/t/ground.pmtiles"} if "vector" in basemap else basemap


def _page(spoken: str, version: str, zone: str, basemap: Basemap | None, is_demo: bool) -> str:
    with speaking(spoken):
        data: dict[str, Any] = {
            "urls": _urls(),
            "words": words(),
            "zone": zone,
            "basemap": _own_ground(basemap_data(current_store())),
            "language": language(),
            "version": version,
        }
        page = TabletPage(
            map=map_parts(MapView("tablet", language=spoken, basemap=basemap)),
            script_url=f"/t/{tablet_map_script(basemap)[0]}",
            language=spoken,
            is_demo=is_demo,
            lengths={"visit": visits.LENGTHS, "care": cares.LENGTHS},
            data=data,
        )
        return render_template("tablet/index.html", page=page)


def _urls() -> dict[str, str]:
    return {
        **urls(),
        "me": f"{API}/me",
        "ground": f"{API}/field/ground",
        "work": f"{API}/field/work",
        "details": f"{API}/field/issues",
        "events": f"{API}/field/events",
        "cover": f"{API}/field/cover",
        "due_cares": f"{API}/field/cares",
        "visits": f"{API}/visits",
        "cares": f"{API}/cares",
        "patrols": f"{API}/patrols",
        "sign_in": "/sign-in?next=/t/",
        "version": "/t/version",
    }
