"""Find the folders that ship with the program, in a checkout and in an installed wheel alike."""

from pathlib import Path

from server.errors import SetupError

__all__ = ["shipped"]

_HERE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Find a shipped folder.

    Parameters
    ----------
    name : str
        ``data`` or ``templates``.

    Raises
    ------
    SetupError
        Neither layout holds it: the installation is broken.
    """
    for folder in (_HERE / "_shipped" / name, _HERE.parent / name):
        if folder.is_dir():
            return folder
    raise SetupError("file.missing", file=name)
