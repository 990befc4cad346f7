"""What may be written in a template: placeholders, loops over tables, conditions; nothing else, whatever Jinja knows.

A template comes from a person, so it is taken as hostile. Jinja's sandbox keeps it from Python's insides; what is
written is read before it runs as well, against the names there are. Without calls, filters, sums, and loops within
loops nothing can run for long, and every mistake is told by the placeholder that it is in.
"""

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from server.errors import InputError
from server.words import _

__all__ = ["Names", "environment"]

Names = Mapping[str, frozenset[str] | None]
"""Placeholders: those that hold others -> their names (a table's columns); plain ones -> None."""
PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For, nodes.If, nodes.Const,
    nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.Getitem,
)  # fmt: skip
KNOWN_MOST = 60
MARKED = re.compile(r"<[^>]*>")
LOOPS_MOST, PLACEHOLDERS_MOST, DEEPEST = 40, 2000, 20
REPEATED_MOST = 100_000  # characters that stand in loops: a row of a table in Word has some 5,000
UNSAID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot hold: Word, or what fills the template, would drop all that follows."""


class _Language(ImmutableSandboxedEnvironment):
    """Jinja that reads what is written before it runs it, and reaches into nothing but our own tables."""

    def __init__(self, names: Names) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, optimized=False)
        self.known, self.globals, self.filters, self.tests = names, {}, {}, {}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            tree = super()._parse(source, name, filename)
        except RecursionError as error:
            raise InputError("bulletin.language", field="file", value="((((…") from error
        except TemplateSyntaxError as error:
            lines = source.splitlines() or [""]
            near = MARKED.sub("", lines[min(error.lineno, len(lines)) - 1]).strip()
            raise InputError(
                "bulletin.syntax", field="file", value=near[:80], why=error.message or ""
            ) from error
        _Reader(self.known).read(tree)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - as Jinja has it
        """Look a name up in a table's row, never on an object."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - as Jinja has it
        """Look a name up in a table's row; all else is undefined."""
        if isinstance(obj, dict) and argument in obj:
            return obj[argument]
        return self.undefined(obj=obj, name=argument)


def environment(names: Names) -> ImmutableSandboxedEnvironment:
    """Make a Jinja that knows these placeholders alone.

    Parameters
    ----------
    names : Names
        All there are.

    Returns
    -------
    ImmutableSandboxedEnvironment
        Raises InputError for a template that says anything else: names the placeholder.
    """
    return _Language(names)


class _Reader:
    """Goes through a template once."""

    def __init__(self, names: Names) -> None:
        self.names, self.loops, self.nodes, self.repeated = names, 0, 0, 0

    def read(self, tree: nodes.Template) -> None:
        """Refuse what is no placeholder, loop or condition, and names that there are not."""
        self._read(tree, {}, 0)

    def _read(self, node: nodes.Node, rows: Mapping[str, frozenset[str]], depth: int) -> None:
        self.nodes += not isinstance(node, nodes.TemplateData)
        if not isinstance(node, PLAIN) or self.nodes > PLACEHOLDERS_MOST or depth > DEEPEST:
            raise InputError("bulletin.language", field="file", value=_spelled(node))
        if isinstance(node, nodes.Const) and UNSAID.search(str(node.value)):
            raise InputError("bulletin.language", field="file", value=_spelled(node))
        if isinstance(node, nodes.TemplateData) and rows:
            self._repeat(node)
        if isinstance(node, nodes.For):
            rows = self._loop(node, rows)
            for child in (*node.body, *node.else_):
                self._read(child, rows, depth + 1)
            return
        if isinstance(node, nodes.Name):
            if node.name not in self.names and node.name not in rows:
                raise self._unknown(node.name, self.names)
            return
        if isinstance(node, nodes.Getattr | nodes.Getitem):
            self._member(node, rows)
            return
        for child in node.iter_child_nodes():
            self._read(child, rows, depth + 1)

    def _repeat(self, node: nodes.TemplateData) -> None:
        """Count what a loop writes again for each row."""
        self.repeated += len(node.data)
        if self.repeated > REPEATED_MOST:
            raise InputError("bulletin.language", field="file", value=MARKED.sub("", node.data).strip()[:60])

    def _loop(self, node: nodes.For, rows: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
        """Take a loop over a table, which holds no other loop."""
        self.loops += 1
        source, target = node.iter, node.target
        columns = self.names.get(source.name) if isinstance(source, nodes.Name) else None
        is_plain = isinstance(target, nodes.Name) and node.test is None and not node.recursive
        if isinstance(source, nodes.Name) and source.name not in self.names:
            raise self._unknown(source.name, self.names)
        if columns is None or not is_plain or rows or self.loops > LOOPS_MOST:
            raise InputError("bulletin.language", field="file", value=_spelled(node))
        return {target.name: columns} if isinstance(target, nodes.Name) else {}

    def _member(self, node: nodes.Getattr | nodes.Getitem, rows: Mapping[str, frozenset[str]]) -> None:
        key = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
        if not isinstance(node.node, nodes.Name) or not isinstance(key, str):
            raise InputError("bulletin.language", field="file", value=_spelled(node))
        owner = node.node.name
        columns = rows.get(owner) or self.names.get(owner)
        if owner not in rows and owner not in self.names:
            raise self._unknown(f"{owner}.{key}", self.names)
        if columns is None or key not in columns:
            raise self._unknown(f"{owner}.{key}", columns or self.names)

    def _unknown(self, name: str, known: Any) -> InputError:  # noqa: ANN401 - names in any collection
        listed = _("、").join(list(known)[:KNOWN_MOST])
        return InputError("bulletin.placeholder", field="file", name=name[:60], known=listed)


def _spelled(node: nodes.Node) -> str:
    """Say in a word or two what was written and may not be: a call, a filter, an operator."""
    if isinstance(node, nodes.Call):
        return f"{_spelled(node.node)}(…)"
    if isinstance(node, nodes.Filter):
        return f"| {node.name}"
    if isinstance(node, nodes.Getattr):
        return f"{_spelled(node.node)}.{node.attr}"[:60]
    if isinstance(node, nodes.Const):
        return repr(node.value)[:20]
    return str(getattr(node, "operator", "") or getattr(node, "name", "") or type(node).__name__.lower())[:60]
