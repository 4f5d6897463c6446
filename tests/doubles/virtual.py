"""An event loop whose clock jumps to what is due next: minutes of a call pass in a moment, always in the same way."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Stuck(AssertionError):
    """Nothing is due any more, and still something waits."""


class _Jumps(selectors.DefaultSelector):  # type: ignore[valid-type, misc]
    """Waiting is going forward in time."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise Stuck
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` begins at 0 and moves only when everything waits."""

    def __init__(self) -> None:
        self._jumps = _Jumps()
        super().__init__(self._jumps)

    def time(self) -> float:
        return float(self._jumps.now)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs it to its end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


class AtOnce:
    """A pool whose work is done when it is handed in; `hold` keeps it until `let_go`."""

    def __init__(self) -> None:
        self.hold = False
        self._held: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, work: Callable[..., T], /, *args: Any) -> Future[T]:
        future: Future[T] = Future()
        self._held.append((future, lambda: work(*args)))
        if not self.hold:
            self.let_go()
        return future

    def let_go(self) -> None:
        """Does what was held, in its order."""
        while self._held:
            future, work = self._held.pop(0)
            try:
                future.set_result(work())
            except Exception as error:
                future.set_exception(error)

    def shutdown(self, wait: bool = True) -> None:
        """Nothing runs beside."""
