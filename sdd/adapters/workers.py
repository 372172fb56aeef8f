"""Spreads reading over the machine's processors."""

import os
import pickle
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def in_parallel(
    work: Callable[[Sequence[_Item]], _Result], items: Sequence[_Item], *, least: int
) -> list[_Result]:
    """Apply `work` to as many shares of the items as there are processors; results in order.

    A share is done in a copy of this process, so what `work` changes is lost, and its result
    must be one that can be pickled. Where a copy cannot be made, or dies, its share is done here.

    Args:
        work: What is done with a share.
        items: What is shared out.
        least: Fewer items than this are not worth a copy of the process.
    """
    number = max(1, min(_processors(), len(items) // least))
    shares = [
        items[at * len(items) // number : (at + 1) * len(items) // number] for at in range(number)
    ]
    children = [_start(work, share) for share in shares[1:]]
    results = [work(shares[0])]
    for child, share in zip(children, shares[1:], strict=True):
        found = None if child is None else _finish(*child)
        results.append(work(share) if found is None else pickle.loads(found))  # noqa: S301 - ours
    return results


def _processors() -> int:
    if not hasattr(os, "fork") or sys.platform == "darwin":  # Apple's libraries forbid it
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _start(
    work: Callable[[Sequence[_Item]], _Result], share: Sequence[_Item]
) -> tuple[int, int] | None:
    """Do a share in a copy of this process; return the copy and where its result comes from."""
    source, target = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(source)
        os.close(target)
        return None
    if child:
        os.close(target)
        return child, source
    status = 1
    try:
        with open(target, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            pickle.dump(work(share), file, protocol=pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        # Whatever happened, nothing of the parent's work may be done twice.
        os._exit(status)


def _finish(child: int, source: int) -> bytes | None:
    """Return what a copy has found; None when it died."""
    with open(source, "rb") as file:
        data = file.read()
    _, status = os.waitpid(child, 0)
    return data if status == 0 else None
