"""``wangge import``: the group of its commands."""

import click

from server.cli.program import Group

__all__ = ["importing"]

importing: click.Group = Group(
    name="import",
    help="cli.import",
    commands_at={
        "cells": "server.cli.import_cells:cells_command",
        "people": "server.cli.import_people:people_command",
        "issues": "server.cli.import_issues:issues_command",
        "places": "server.cli.import_places:places_command",
    },
)
"""``wangge import cells|people|issues|places FILE``."""
