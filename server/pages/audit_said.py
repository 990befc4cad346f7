"""Acts of the record in plain words: codes become names, the rest is the sentence of the kind."""

from collections.abc import Callable, Mapping
from typing import Any

from server.services.audit import Act
from server.services.categories import category_name
from server.services.rules import ALL
from server.words import NAMES, _, field_name, level_name, role_name, sentence, sign_in_name
from server.words.limits import limit_said, stage_name
from server.words.scopes import scope_name

__all__ = ["category_said", "said"]


def said(act: Act) -> str:
    """Say what was done, without who did it."""
    told = {**act.given, "number": act.number, "login": act.subject}
    told["person"] = f"{act.subject_name}（{act.subject}）" if act.subject else "—"
    if "sees_private" in act.given:  # said by a sentence of its own
        told["fields"] = [name for name in act.given.get("fields", []) if name != "sees_private"]
    for name, spell in _SPELLED.items():
        if name in told:
            told[name] = spell(told[name])
    if "stage" in told:
        told["stage"] = stage_name(told["stage"])
        told["urgency"] = _("紧急") if told["urgent"] else _("一般")
        told |= {name: limit_said(*told[name]) for name in ("before", "after")}
    is_only_that = act.kind == "department.change" and told["fields"] == ""
    words = [] if is_only_that else [sentence(f"audit.{_code(act.kind, act.given)}", told)]
    if "sees_private" in act.given:
        way = "allowed" if act.given["sees_private"] else "barred"
        words.append(sentence(f"audit.department.{way}", told))
    return _("；").join(words)


def category_said(code: str) -> str:
    """Name a category; the row of all by words of its own."""
    return _("所有类别") if code == ALL else category_name(code)


def _code(kind: str, given: Mapping[str, Any]) -> str:
    """Choose the sentence: some kinds have several."""
    return next((said for one, is_so, said in _SEVERAL if one == kind and is_so(given)), kind)


def _scopes_said(scopes: str) -> str:
    return _("、").join(scope_name(one) for one in scopes.split())


def _fields_said(names: list[str]) -> str:
    return _("、").join(field_name(name) for name in names)


def _filters_said(filters: Mapping[str, str] | str) -> str:
    if isinstance(filters, str):
        return filters or _("无")
    return _("、").join(f"{name}={value}" for name, value in filters.items()) or _("无")


def _what_said(what: str) -> str:
    return _(NAMES["exported"].get(what, what))


def _why_said(why: str) -> str:
    return _(NAMES.get("why", {}).get(why, why))


_SEVERAL: tuple[tuple[str, Callable[[Mapping[str, Any]], bool], str], ...] = (
    ("export", lambda given: given["what"] == "backup", "export.backup"),
    ("export", lambda given: "seen_as" in given, "export.as"),
    ("export", lambda given: "count" in given, "export.counted"),
    ("department.change", lambda given: "name" in given["fields"], "department.rename"),
    ("calendar.remove", lambda given: bool(given["is_shipped"]), "calendar.restored"),
    ("calendar.remove", lambda given: not given["is_shipped"], "calendar.gone"),
    ("area.change", lambda given: "name" in given["fields"], "area.rename"),
)
"""Kinds that are said in several ways: the first row that holds."""
_SPELLED: dict[str, Callable[[Any], str]] = {
    "category": category_said,
    "fields": _fields_said,
    "role": role_name,
    "level": level_name,
    "scopes": _scopes_said,
    "method": sign_in_name,
    "step": sign_in_name,
    "why": _why_said,
    "what": _what_said,
    "form": str.upper,
    "filters": _filters_said,
}
