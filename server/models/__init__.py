"""Tables. They hold data and constraints; rules live in :mod:`server.services`."""

from server.models.access import Attachment, Audit, ResetLink, SignedIn
from server.models.areas import LEVELS, Area, Boundary, Grid, Place
from server.models.base import Base
from server.models.field import Care, Patrol, PatrolCover, TrackPiece, Visit, VisitIssue
from server.models.issues import DayCounter, Entry, Issue, PrivateText
from server.models.judged import Appeal, Evaluation, EvaluationRow, ExportJob
from server.models.loop import (
    Ask,
    CalendarDay,
    CalendarYear,
    CategoryEdit,
    LimitEdit,
    Reminder,
    SavedView,
    Whistle,
)
from server.models.people import Department, Duty, Leave, Person, RoleGrant, SignInAttempt, Token
from server.models.records import Import, ImportProfile, Mark, RememberedAnswer

__all__ = [
    "LEVELS",
    "Appeal",
    "Area",
    "Ask",
    "Attachment",
    "Audit",
    "Base",
    "Boundary",
    "CalendarDay",
    "CalendarYear",
    "Care",
    "CategoryEdit",
    "DayCounter",
    "Department",
    "Duty",
    "Entry",
    "Evaluation",
    "EvaluationRow",
    "ExportJob",
    "Grid",
    "Import",
    "ImportProfile",
    "Issue",
    "Leave",
    "LimitEdit",
    "Mark",
    "Patrol",
    "PatrolCover",
    "Person",
    "Place",
    "PrivateText",
    "RememberedAnswer",
    "Reminder",
    "ResetLink",
    "RoleGrant",
    "SavedView",
    "SignInAttempt",
    "SignedIn",
    "Token",
    "TrackPiece",
    "Visit",
    "VisitIssue",
    "Whistle",
]
