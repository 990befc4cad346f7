"""One issue: facts, log, what may be done with it; seeing it whole; and doing it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.errors import Conflict, InputError
from server.maps import MapView, map_parts
from server.pages.action_forms import GRAVE, Refusal, forms_of, given_by
from server.pages.facts import Facts, facts_of
from server.pages.frame import inside, render
from server.pages.ground import basemap_data, basemap_of, bounds_around, urls
from server.pages.issue_contexts import IssuePage
from server.pages.parts import ActionForm, Choice
from server.pages.photos import REQUEST_MOST, device_sent, photos_of, photos_sent
from server.pages.sentences import map_words
from server.pages.timeline import lines_of
from server.security import takes_bytes
from server.services import asking, attachments, issues, unmasking
from server.services.issue_view import IssueView
from server.services.lines import whole
from server.services.related import pointed
from server.translate import shown, status_of
from server.words import NAMES, _, action_name, language, sentence
from server.workflow import TRANSITIONS, IllegalAction, MissingField

__all__ = ["acting", "blueprint"]

LONGEST_NUMBER = 15  # digits
NEVER_SEEN = -1
FRAME = frozenset({"csrf_token", "version", "seen", "confirm", "next"})
FIRST = 2  # forms that stand unfolded beside the likeliest
Refused = Conflict | IllegalAction | InputError | MissingField
blueprint = Blueprint("issue", __name__)
acting = Blueprint("acting", __name__)


@dataclass(frozen=True)
class _Said:
    """What is told besides the issue: what was done, or a refusal with the last entry seen before it."""

    done: str = ""
    refusal: Refusal | None = None
    seen: int | None = None


@blueprint.get("/issues/<number>")
@allow(*ISSUE_ROLES)
def one(number: str) -> str:
    """Show one issue and what this person may do with it."""
    done = request.args.get("done", "")
    return _page(number, _Said(done if done in NAMES["action"] else ""))


@blueprint.post("/issues/<number>/unmask")
@allow(*ISSUE_ROLES)
def unmask(number: str) -> str:
    """Show one issue whole, this once; an address that could be asked again would show it unasked."""
    with current_store().write() as tx:
        whole = unmasking.unmask(tx, current_actor(), number, request.form.get("why", ""))
    return _page(number, _Said(), whole)


def _page(number: str, said: _Said, whole: IssueView | None = None) -> str:
    store, actor = current_store(), current_actor()
    with store.read() as tx:
        view = whole or issues.one(tx, actor, number)
        asked = asking.asked_for(tx, actor, view, view.actions)
        facts, names = facts_of(tx, view), pointed(tx, view)
        photos = photos_of(tx, view)
    forms = forms_of(number, view.actions, asked, said.refusal)
    log = lines_of(view, names, store.config.zone)
    return render(
        "issues/one.html",
        IssuePage(
            issue=facts,
            log=log,
            first=tuple(form for form in forms[:FIRST] if form.action not in GRAVE),
            more=tuple(form for form in forms[FIRST:] if form.action not in GRAVE),
            grave=tuple(form for form in forms if form.action in GRAVE),
            map=map_parts(_map(facts)),
            data=_data(facts),
            done=_done(said.done, facts) if said.done else "",
            problem=_problem(said.refusal, forms),
            news=tuple(line for line in log if said.seen is not None and line.seq > said.seen),
            whys=_whys(facts),
            photos=photos,
        ),
    )


def _whys(facts: Facts) -> tuple[Choice, ...]:
    if facts.is_whole or facts.is_purged or not facts.may_unmask:
        return ()
    return tuple(Choice(code, _(name)) for code, name in NAMES[unmasking.WHY].items())


def _map(facts: Facts) -> MapView:
    bounds = bounds_around(facts.lon or 0.0, facts.lat or 0.0)
    return MapView("issue", bounds, language(), basemap_of(current_store()))


def _data(facts: Facts) -> dict[str, object]:
    store = current_store()
    return {
        "urls": urls(),
        "words": map_words(),
        "zone": str(store.config.zone),
        "cell": facts.row.cell.code if facts.row.cell else "",
        "basemap": basemap_data(store),
    }


def _done(action: str, facts: Facts) -> str:
    now, waits = facts.row.state.name, NAMES["waits"].get(facts.row.state.code)
    if waits:
        return _(
            "“{action}”已记入流转记录；现在{state}，{waits}。",
            action=action_name(action),
            state=now,
            waits=_(waits),
        )
    if facts.row.holder is None:
        return _("“{action}”已记入流转记录；现在{state}。", action=action_name(action), state=now)
    holder = facts.row.holder.name
    return _(
        "“{action}”已记入流转记录；现在{state}，由 {holder} 承办。",
        action=action_name(action),
        state=now,
        holder=holder,
    )


def _problem(refusal: Refusal | None, forms: tuple[ActionForm, ...]) -> str:
    if refusal is None or any(form.is_open and not form.error for form in forms):
        return ""
    return refusal.detail


@acting.post("/issues/<number>/<action>")
@allow(*ISSUE_ROLES)
@takes_bytes(REQUEST_MOST)
def act(number: str, action: str) -> AnyResponse:
    """Do one thing with an issue, and show it again."""
    rows = [row for row in TRANSITIONS if row.action == action]
    names = {name for row in rows for name in (*row.requires, *row.takes)}
    if action in GRAVE and request.form.get("confirm") != "1":
        raise InputError("confirm.missing", field="confirm", action=action)
    given = given_by(request.form.to_dict(flat=False), names, current_store().config.zone)
    photos, kind = photos_sent(current_actor(), number), request.form.get("kind", "")
    with current_store().write() as tx:
        attachments.act(
            tx, current_actor(), number, action, given, _number("version"), photos, kind, device_sent()
        )
    onward = inside(request.form.get("next", ""))
    if onward == "/":
        return redirect(f"/issues/{number}?done={action}", 303)
    said = urlencode({"done": action, "number": number})
    return redirect(f"{onward}{'&' if '?' in onward else '?'}{said}", 303)


def _number(name: str) -> int | None:
    """Read the number of a version; one that cannot be is none that was ever seen."""
    typed = request.form.get(name, "").strip()
    return whole(typed) if len(typed) <= LONGEST_NUMBER or not typed.isdecimal() else NEVER_SEEN


@acting.errorhandler(Conflict)
@acting.errorhandler(IllegalAction)
@acting.errorhandler(InputError)
@acting.errorhandler(MissingField)
def refused(error: Refused) -> Response:
    """Show the issue as it is now, with what was typed and why it was not done."""
    number, action = (str((request.view_args or {}).get(name, "")) for name in ("number", "action"))
    detail = sentence(error.code, shown(error.values))
    wrong = dict.fromkeys(error.values.get("fields") or [], _("请填写这一项。"))
    if error.values.get("field"):
        wrong[str(error.values["field"])] = detail
    typed = {name: said for name, said in request.form.to_dict(flat=False).items() if name not in FRAME}
    lost = any(photo.filename for photo in request.files.getlist("photos"))
    said = _Said(refusal=Refusal(action, typed, wrong, detail, lost), seen=_number("seen"))
    return Response(_page(number, said), status_of(error))
