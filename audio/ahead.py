"""Work done in another thread before its result is asked for."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

T = TypeVar("T")

# Handed on at a time: two threads take turns at the interpreter each time.
GATHERED_FRAMES = 131_072

# So many may wait: then neither thread idles when one of them takes longer than usual.
BLOCKS_AHEAD = 4


def gathered(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield ``blocks`` joined to ``GATHERED_FRAMES`` frames or more; the last may be shorter."""
    waiting: list[np.ndarray] = []
    for block in blocks:
        waiting.append(block)
        if sum(map(len, waiting)) >= GATHERED_FRAMES:
            yield np.concatenate(waiting)
            waiting.clear()
    if waiting:
        yield np.concatenate(waiting)


def made_ahead(blocks: Iterator[T], *, count: int = BLOCKS_AHEAD) -> Iterator[T]:
    """Yield ``blocks``, while a thread makes the next ``count`` of them.

    What goes wrong there is raised here. When the caller stops early, the thread ends with the
    block it is at.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as maker:
        coming = deque(maker.submit(next, blocks, None) for _ in range(count))
        try:
            while (block := coming.popleft().result()) is not None:
                coming.append(maker.submit(next, blocks, None))
                yield block
        finally:
            maker.shutdown(wait=False, cancel_futures=True)
