"""Shapes of what the loop tells, for the documentation: steps, actions, calls, requests, outcomes."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

__all__ = ["Action", "AskRow", "Change", "LogEntry", "Named", "Outcome", "Reporter", "Told", "WhistleRow"]


class Told(BaseModel):
    """Base: nothing is sent that is not described."""

    model_config = ConfigDict(extra="forbid")


class Named(Told):
    """A code and its name in the language asked for."""

    code: str
    name: str


class LogEntry(Told):
    """One step of an issue."""

    seq: int
    action: str
    action_name: str
    from_: str | None = Field(alias="from")
    to: str
    who: str
    role_name: str
    at: AwareDatetime
    used_s: int | None = Field(description="seconds that the stage which ended took, by its own clock")
    words: str = Field(description="what was said; of the system: why, about which department, who was told")


class Action(Told):
    """Something the asker may do now."""

    action: str
    name: str
    requires: list[str]
    takes: list[str] = Field(description="fields that may be given besides")


class WhistleRow(Told):
    """A department called to an issue, and what it answered."""

    department: Named
    at: AwareDatetime
    answer_by: AwareDatetime
    answered_at: AwareDatetime | None
    result: Named | None
    who: str


class AskRow(Told):
    """A request for more time."""

    kind: Literal["extend", "suspend"]
    state: Named
    at: AwareDatetime
    until: AwareDatetime
    who: str
    decided_by: str
    decided_at: AwareDatetime | None


class Outcome(Told):
    """What came of an issue."""

    satisfaction: Named | None
    quantity: float | None
    unit: str | None
    money: float | None = Field(description="yuan")


class Change(Told):
    """A step that somebody took meanwhile."""

    action: str
    name: str
    who: str
    at: AwareDatetime


class Reporter(Told):
    """Who reported an issue, masked unless it is whole; empty when nobody said."""

    name: str
    phone: str
