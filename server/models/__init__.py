"""Tables. They hold data and constraints; rules live in :mod:`server.services`."""

from server.models.areas import LEVELS, Area, Boundary, Grid
from server.models.base import Base
from server.models.issues import DayCounter, Entry, Issue, PrivateText
from server.models.people import Department, Duty, Leave, Person, RoleGrant, SignInAttempt, Token
from server.models.records import Import, ImportProfile, Mark, RememberedAnswer

__all__ = [
    "LEVELS",
    "Area",
    "Base",
    "Boundary",
    "DayCounter",
    "Department",
    "Duty",
    "Entry",
    "Grid",
    "Import",
    "ImportProfile",
    "Issue",
    "Leave",
    "Mark",
    "Person",
    "PrivateText",
    "RememberedAnswer",
    "RoleGrant",
    "SignInAttempt",
    "Token",
]
