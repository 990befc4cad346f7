"""The HTTP API: each resource parses, asks a service and formats; no rule and no query lives here."""

from flask import Blueprint

from server.api import (
    areas,
    bulk,
    candidates,
    categories,
    cells,
    choropleth,
    clusters,
    departments,
    duties,
    evaluations,
    exports,
    field,
    heat,
    hotspots,
    issues,
    limits,
    locate,
    me,
    photos,
    places,
    spec,
    stats,
    workers,
)

__all__ = ["BLUEPRINTS"]

BLUEPRINTS: tuple[Blueprint, ...] = (
    locate.blueprint,
    issues.blueprint,
    photos.blueprint,
    candidates.blueprint,
    bulk.blueprint,
    cells.blueprint,
    areas.blueprint,
    places.blueprint,
    workers.blueprint,
    duties.blueprint,
    exports.blueprint,
    field.blueprint,
    clusters.blueprint,
    heat.blueprint,
    choropleth.blueprint,
    hotspots.blueprint,
    stats.blueprint,
    evaluations.blueprint,
    me.blueprint,
    categories.blueprint,
    departments.blueprint,
    limits.blueprint,
    spec.blueprint,
)
