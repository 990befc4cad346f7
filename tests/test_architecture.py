"""The house rules that a reader should be able to rely on, held by reading the source."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(path for top in ("geo", "server") for path in (ROOT / top).rglob("*.py"))
CODE = [path for path in SOURCES if "migrations" not in path.parts]

EDGES = {"api", "pages", "tablet", "jobs", "cli"}
LAYERS = (  # from the bottom up; a module imports its own layer and what lies below
    {"workflow", "worktime", "clock", "config", "settings", "errors"},
    {"faults", "words", "shipped", "formats"},
    {"db", "guards", "locks", "blobs", "pinging", "models", "uids", "migrations", "upgrade", "keys"},
    {"services"},
    {"auth", "security", "crowding", "limiting", "downloads", "translate", "statics", "maps", "demo"},
    EDGES,
    {"app"},
)
# Tables may be long.
TABLES = {"table.py", "messages.py", "commands.py", "layers.py", "names.py", "settings.py"}
WEB_FREE = {"flask", "sqlalchemy", "apiflask", "server", "folium", "requests", "socket", "time"}


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions_of(path):
    return [one for one in ast.walk(tree_of(path)) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]


def shown(path):
    return path.relative_to(ROOT).as_posix()


def layer_of(name):
    return next((rank for rank, names in enumerate(LAYERS) if name in names), None)


def test_every_module_of_the_server_has_a_layer():
    rooms = {
        path.relative_to(ROOT / "server").parts[0].removesuffix(".py")
        for path in SOURCES
        if "server" in path.parts
    }
    assert {room for room in rooms if layer_of(room) is None} <= {"__init__"}


@pytest.mark.parametrize("path", [one for one in CODE if one.is_relative_to(ROOT / "server")], ids=shown)
def test_a_module_imports_only_downward(path):
    own = path.relative_to(ROOT / "server").parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "server" or len(parts) < 2 or parts[1] == own:
            continue
        other = layer_of(parts[1])
        assert other is None or other <= layer_of(own), f"{own} imports {name}"
        assert not (own in EDGES and own != "cli" and parts[1] == "models"), f"{own} imports {name}"


def test_the_edges_ask_services_and_never_the_database():
    asked = {
        shown(path)
        for path in CODE
        if path.is_relative_to(ROOT / "server") and path.relative_to(ROOT / "server").parts[0] in EDGES
        if any(name.split(".")[0] == "sqlalchemy" for name in imports_of(path))
    }
    assert asked == set()


@pytest.mark.parametrize("path", [one for one in CODE if one.is_relative_to(ROOT / "geo")], ids=shown)
def test_geo_knows_no_web_no_store_no_environment_and_no_clock(path):
    assert not {name.split(".")[0] for name in imports_of(path)} & WEB_FREE


@pytest.mark.parametrize(
    ("pattern", "homes"),
    [
        (r"^\s*(import|from) folium", {"server/maps.py"}),
        (r"os\.environ", {"server/config.py"}),
        (r"\bTransformer\b", {"geo/crs.py"}),
        (r"\b(TODO|FIXME|XXX)\b", set()),
        (r"except Exception", set()),
        (r"advisory\w*\(\d", set()),
        (r"\bdatetime\.now\(|\btime\.time\(", {"server/clock.py"}),
    ],
)
def test_a_thing_has_one_home(pattern, homes):
    found = {
        shown(path) for path in CODE if re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert found <= homes


def test_no_module_is_a_drawer():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
    assert not [path for path in SOURCES if set(path.relative_to(ROOT).with_suffix("").parts) & drawers]


def test_no_function_is_longer_than_forty_lines():
    long = []
    for path in CODE:
        for one in functions_of(path):
            told = ast.get_docstring(one, clean=False)
            lines = one.end_lineno - one.lineno + 1 - (told.count("\n") + 1 if told else 0)
            if lines > 40:
                long.append(f"{shown(path)}:{one.name} {lines}")
    assert long == []


def test_no_file_is_longer_than_three_hundred_lines():
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert {
        name: count for name, count in lengths.items() if count > 300 and Path(name).name not in TABLES
    } == {}


def test_everything_public_is_documented_and_annotated():
    bare = []
    for path in CODE:
        if not ast.get_docstring(tree_of(path)):
            bare.append(shown(path))
        for one in functions_of(path):
            arguments = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs]
            unsaid = one.returns is None or any(
                a.annotation is None for a in arguments if a.arg not in ("self", "cls")
            )
            if (
                not one.name.startswith("_")
                and (unsaid or not ast.get_docstring(one))
                and not _is_local(path, one)
            ):
                bare.append(f"{shown(path)}:{one.name}")
    assert bare == []


@cache
def _nested(path):
    inner = set()
    for outer in functions_of(path):
        inner.update(one for one in ast.walk(outer) if one is not outer and isinstance(one, ast.FunctionDef))
    return inner


def _is_local(path, function):
    return function in _nested(path)


@pytest.mark.parametrize("statement", ["import server.workflow", "import geo", "from server.cli import main"])
def test_the_core_and_the_command_line_load_no_web(statement):
    check = f"{statement}; import sys; sys.exit('flask' in sys.modules or 'folium' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False, timeout=60).returncode == 0


def test_no_committed_file_names_an_index_or_a_machine():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    if listed == [""]:
        pytest.skip("not a git checkout")
    found = []
    for name in listed:
        path = ROOT / name
        if path.suffix in {".py", ".toml", ".lock", ".md", ".txt", ".html", ".js", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="ignore")
            if re.search(
                r"(--index-url|extra-index-url|/opt/pypi|/root/|pypi\.org/simple|files\.pythonhosted)", text
            ):
                found.append(name)
    assert [name for name in found if name != "tests/test_architecture.py"] == []
