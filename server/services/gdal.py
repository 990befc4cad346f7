"""GDAL's refusals as ours."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from server.errors import InputError
from server.services.layer_files import LayerFile

__all__ = ["asking_gdal"]


@contextmanager
def asking_gdal(file: LayerFile, *faults: type[Exception]) -> Iterator[None]:
    """Turn GDAL's refusals into one of ours, and keep its remarks off the screen.

    Parameters
    ----------
    file : LayerFile
        What is being read; named in the error.
    *faults : type of Exception
        What the library between us and GDAL raises besides RuntimeError.

    Raises
    ------
    InputError
        ``import.encoding``; ``layer.unreadable`` with GDAL's own words.
    """
    refusals: tuple[type[Exception], ...] = (RuntimeError, *faults)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnicodeError as error:
        raise InputError("import.encoding", file=file.name) from error
    except refusals as error:
        why = str(error).replace(str(file.path), file.name).splitlines() or [type(error).__name__]
        raise InputError("layer.unreadable", file=file.name, why=why[0][:300]) from error
