"""How long something takes, for benches that compare it with a peer in the same run."""

import time


def best(work, repeats=5):
    """The least time of several, in seconds: what others on the machine take away is left out."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
