"""What came of it: outcome, verification, call-back, satisfaction, a new round."""

from collections.abc import Callable, Mapping

from server.errors import InputError
from server.services.categories import categories
from server.services.steps import fields
from server.services.steps.holding import waits
from server.services.steps.step import Step

__all__ = ["DO", "READ"]

PHOTOS_MOST = 50
FEN = 100  # in a yuan


def _outcome(step: Step) -> None:
    if step.action == "settle" and step.actor.person_id is not None:
        step.codes["holder"] = ["person", step.actor.person_id]
    given = step.given
    if given.get("quantity") is not None:
        step.codes["quantity"] = fields.number("quantity", given["quantity"])
        step.codes["unit"] = fields.unit(given)
    elif given.get("unit"):
        raise InputError("quantity.missing", field="quantity")
    if given.get("money") is not None:
        step.codes["money_fen"] = round(fields.number("money", given["money"]) * FEN)
    if given.get("photos") is not None:
        step.codes["photos"] = _photos(given["photos"])


def _photos(said: object) -> int:
    """Read how many photos were taken; the pictures themselves come with the attachments."""
    count = fields.number("photos", said)
    if count != int(count):
        raise InputError("field.not_whole", field="photos", value=str(said)[:40])
    if count > PHOTOS_MOST:
        raise InputError("field.too_large", field="photos", value=str(said)[:40], most=PHOTOS_MOST)
    return int(count)


def _handled(step: Step) -> None:
    for name in ("quantity", "unit", "money_fen"):
        setattr(step.issue, name, step.codes.get(name))
    known = categories().get(step.issue.category)
    if known is not None and known.row["self_check"] == "yes":
        step.follow.append(("pass", {"reason_code": "self_check"}))


def _passed(step: Step) -> None:
    if not step.issue.callback:
        step.follow.append(("close", {"reason_code": "no_callback"}))


def _surveyed(step: Step) -> None:
    if step.given.get("contacted") == "no":
        raise InputError("survey.not_contacted", field="contacted")
    step.codes["contacted"] = "yes"
    step.codes["satisfaction"] = fields.code("satisfaction", step.given["satisfaction"])


def _answered(step: Step) -> None:
    step.issue.satisfaction = step.codes["satisfaction"]


def _attempt(step: Step) -> None:
    step.codes["contacted"] = "no"


def _attempted(step: Step) -> None:
    step.issue.attempts += 1


def _anew(step: Step) -> None:
    """Forget what came of it before: it is worked on again."""
    issue = step.issue
    issue.satisfaction = issue.quantity = issue.unit = issue.money_fen = None


def _reopened(step: Step) -> None:
    _anew(step)
    waits(step)


READ: Mapping[str, Callable[[Step], None]] = {
    "settle": _outcome,
    "finish": _outcome,
    "survey": _surveyed,
    "attempt": _attempt,
}
DO: Mapping[str, Callable[[Step], None]] = {
    "settle": _handled,
    "finish": _handled,
    "pass": _passed,
    "survey": _answered,
    "attempt": _attempted,
    "rework": _anew,
    "object": _anew,
    "reopen": _reopened,
}
