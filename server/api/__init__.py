"""The HTTP API: parse, ask a service, format."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
