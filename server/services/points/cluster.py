"""Parts on workers: plain Dask futures, on processes of this machine or on a scheduler that is there already."""

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from server.errors import InputError
from server.services.points.parts import Job, PackedCells, Part, do_part

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["do_parts"]

LOOPBACK = "127.0.0.1"


def do_parts(
    job: Job,
    parts: Sequence[Part],
    cells: PackedCells,
    where: int | str,
    told: Callable[[], None],
) -> None:
    """Place parts, each once.

    Parameters
    ----------
    job : Job
        What they have in common.
    parts : sequence of Part
        Those to do; none is fine.
    cells : PackedCells
        Sent to every worker once.
    where : int or str
        Number of processes to start here, or the address of a scheduler, ``tcp://…``; its workers must see
        the same files under the same paths.
    told : Callable[[], None]
        Called after each part.

    Raises
    ------
    InputError
        ``points.dask``: Dask is not installed; ``points.no_scheduler``; what a part is refused for.
    """
    if not parts:
        return
    if find_spec("distributed") is None:
        raise InputError("points.dask")
    from distributed import as_completed  # noqa: PLC0415 - takes two seconds

    with _client(where) as client:
        sent = client.scatter(cells, broadcast=True)
        futures = [client.submit(do_part, job, part, sent, pure=False) for part in parts]
        for future in as_completed(futures):
            refused = future.result()
            if refused:
                raise InputError(refused["code"], **refused["values"])
            told()


@contextmanager
def _client(where: int | str) -> "Iterator[Client]":
    from distributed import Client, LocalCluster  # noqa: PLC0415 - takes two seconds

    if isinstance(where, str):
        try:
            client = Client(where)
        except (OSError, ValueError) as error:
            raise InputError("points.no_scheduler", address=where) from error
        with client:
            yield client
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a port was taken and another one is used
        cluster = LocalCluster(
            n_workers=where,
            threads_per_worker=1,
            host=LOOPBACK,
            dashboard_address=None,
            memory_limit=0,
            security=True,  # other users of the machine can reach the port, but not speak there
            silence_logs=logging.CRITICAL,
        )
    with cluster, Client(cluster) as client:
        yield client
