"""A real PostGIS of the tests' own: started as an unprivileged user, on loopback, thrown away."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg

__all__ = ["Cluster", "find_programs"]

OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60 -c jit=off"

DURABLE = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c max_connections=60 -c jit=off"


def find_programs():
    """Folder with initdb, or None when PostgreSQL's server programs or PostGIS are absent."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        shares = (
            folder.parent.parent.parent / "share/postgresql" / folder.parent.name,
            folder.parent / "share",
        )
        controls = [share / "extension/postgis.control" for share in shares]
        controls += [Path("/usr/share/postgresql") / folder.parent.name / "extension/postgis.control"]
        if (folder / "initdb").exists() and any(control.exists() for control in controls):
            return folder
    return None


class Cluster:
    """One PostgreSQL cluster with a template database that tests copy."""

    def __init__(self, programs):
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="wangge-pg-"))
        self.port = _free_port()
        self.count = self.count_bare = 0
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.run(
            "initdb", "-D", self.data, "-U", "wangge", "--locale=C.UTF-8", "-E", "UTF8", "-A", "trust", "-N"
        )
        server = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {OPTIONS}"
        self.run(
            "pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", server, "start"
        )
        self.sql("CREATE DATABASE wangge_template")

    def make_durable(self):
        """Wait for the disk from now on, as a real server does: tests need not, measurements must."""
        self.run("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")
        server = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {DURABLE}"
        self.run("pg_ctl", "-D", self.data, "-w", "-l", str(self.folder / "log"), "-o", server, "start")

    @property
    def data(self):
        return str(self.folder / "data")

    def run(self, program, *arguments):
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, timeout=120)

    def sql(self, statement):
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def url(self, name):
        return f"postgresql://wangge@127.0.0.1:{self.port}/{name}"

    def copy(self):
        """Make a database from the template, in place of the one before; give its URL."""
        self.sql(f"DROP DATABASE IF EXISTS wangge_{self.count} WITH (FORCE)")
        self.count += 1
        self.sql(f"CREATE DATABASE wangge_{self.count} TEMPLATE wangge_template STRATEGY file_copy")
        return self.url(f"wangge_{self.count}")

    def bare(self):
        """Make a database without any tables; give its URL."""
        self.count_bare += 1
        self.sql(f"CREATE DATABASE wangge_bare_{self.count_bare}")
        return self.url(f"wangge_bare_{self.count_bare}")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
