"""Statistics counted anew from the raw entries with pandas, knowing nothing of the columns that these add up to."""

import pandas as pd
from sqlalchemy import select

from server.models import Area, Entry, Issue

__all__ = ["facts", "recounted"]

OPEN = {"reported", "dispatched", "handling", "suspended", "handled", "verified"}
SHARES = {"satisfied": 1.0, "basically": 0.9}


def facts(tx):
    """Tell of each issue what its entries say, one row each; its place and who waits for an answer from its row."""
    columns = (
        Entry.issue_id,
        Entry.seq,
        Entry.action,
        Entry.to_state,
        Entry.given,
        Entry.happened_at,
        Entry.stage_used_s,
    )
    entries = pd.DataFrame(tx.rows(select(*columns)), columns=[one.key for one in columns]).sort_values(
        ["issue_id", "seq"]
    )
    rows = tx.rows(
        select(Issue.id, Issue.number, Issue.callback, Area.path).join(Area, Area.id == Issue.area_id)
    )
    whole = pd.DataFrame(rows, columns=["id", "number", "callback", "path"]).set_index("id")
    return whole.join(
        pd.DataFrame([_one(key, group) for key, group in entries.groupby("issue_id")]).set_index("id")
    )


def _one(key, group):
    told, last = list(group["given"]), group.iloc[-1]
    dues = [one["due_at"] for one in told if "due_at" in one]
    holders = [one["holder"] for one in told if one.get("holder")]
    news = group.index[group["action"].isin(["object", "reopen"])]
    this_round = group.loc[news[-1] :] if len(news) else group
    answers = [one["satisfaction"] for one in this_round["given"] if one.get("satisfaction")]
    due = pd.Timestamp(dues[-1]) if dues and dues[-1] else pd.NaT
    done = this_round[this_round["action"].isin(["finish", "settle"])]
    takes, used = (
        group.loc[group["action"] == "take", "stage_used_s"].dropna(),
        group["stage_used_s"].dropna(),
    )
    return {
        "id": key, "reported": pd.Timestamp(group.iloc[0]["happened_at"]), "state": last["to_state"], "due": due,
        "ended": pd.Timestamp(last["happened_at"]) if last["to_state"] not in OPEN else pd.NaT,
        "category": told[0]["category"], "source": told[0]["source"], "rounds": 1 + len(news),
        "answer": answers[-1] if answers else None,
        "finished": not pd.isna(due) and any(at <= due for at in done["happened_at"]),
        "holder": None if last["to_state"] in ("reported", "rejected", "merged") or not holders else tuple(holders[-1]),
        "take": takes.sum() / 3600 if len(takes) else None, "close": used.sum() / 3600 if len(used) else None,
    }  # fmt: skip


def recounted(rows, period, now):
    """Count all indicators over a period."""
    since, until = pd.Timestamp(period.since), pd.Timestamp(period.until)
    is_open, closed = rows["state"].isin(OPEN), rows["state"] == "closed"
    red = is_open & (rows["due"] <= now)
    ended = rows[closed & (rows["ended"] >= since) & (rows["ended"] < until)]
    timely = closed & (rows["ended"] <= rows["due"])
    judged = (
        (rows["due"] >= since)
        & (rows["due"] < min(until, pd.Timestamp(now)))
        & (timely | red | (closed & (rows["ended"] > rows["due"])))
    )
    base = rows[judged & rows["callback"]]
    heard = base[base["answer"].notna() & (base["rounds"] == 1) | (base["rounds"] > 1)]
    rates = {
        "response": _rate(base["finished"].sum(), len(base)),
        "resolution": _rate((heard["rounds"] == 1).sum(), len(heard)),
        "satisfaction": _rate(heard["answer"].map(SHARES).fillna(0).sum(), len(heard)),
    }
    scored = None if None in rates.values() else 100 * (
        0.1 * rates["response"] + 0.4 * rates["satisfaction"] + 0.5 * rates["resolution"])  # fmt: skip
    return {
        "new": int(((rows["reported"] >= since) & (rows["reported"] < until)).sum()),
        "open": int(is_open.sum()), "overdue": int(red.sum()), "overdue_share": _rate(red.sum(), is_open.sum()),
        "closed": len(ended), "on_time": _rate((judged & timely).sum(), judged.sum()), **rates, "score": scored,
        "hours_to_take": _median(ended["take"]), "hours_to_close": _median(ended["close"]),
    }  # fmt: skip


def _rate(top, below):
    return float(top) / float(below) if below else None


def _median(hours):
    known = hours.dropna().astype(float)
    return float(known.median()) if len(known) else None
