"""Reading ahead: an iterator's next items are made in a thread while the last one is being used."""

from collections.abc import Iterator
from contextlib import closing
from queue import Full, Queue
from threading import Event, Thread
from typing import Any, Generic, TypeVar

__all__ = ["ahead"]

DEPTH = 2
PATIENCE_S = 0.1  # between two looks whether anybody still wants more
Item = TypeVar("Item")


class _End:
    """Stands behind the last item; carries what was raised instead of one."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Maker(Generic[Item]):
    """Makes items in a thread until nobody wants more."""

    def __init__(self, items: Any) -> None:  # noqa: ANN401 - a generator, which can be closed
        self.made: Queue[Item | _End] = Queue(DEPTH)
        self.stopped = Event()
        self._items = items

    def work(self) -> None:
        """Make items; what runs in the thread."""
        try:
            with closing(self._items):
                for item in self._items:
                    self._put(item)
                    if self.stopped.is_set():
                        return
        except BaseException as error:  # noqa: BLE001 - raised again where the items are used
            self._put(_End(error))
        else:
            self._put(_End())

    def _put(self, item: Item | _End) -> None:
        while not self.stopped.is_set():
            try:
                self.made.put(item, timeout=PATIENCE_S)
            except Full:
                continue
            return


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Make items of a generator in a thread of its own, two ahead of their use.

    Parameters
    ----------
    items : generator
        Used by that thread only, and closed in it.

    Yields
    ------
    Item
        The same, in order; an error of the generator is raised here.
    """
    maker: _Maker[Item] = _Maker(items)
    thread = Thread(target=maker.work, daemon=True)
    thread.start()
    try:
        while not isinstance(item := maker.made.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        maker.stopped.set()
        thread.join()
