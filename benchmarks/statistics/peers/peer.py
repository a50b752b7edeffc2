"""What the peers' scripts share: the stream comes in as JSON, timings and last answers go out as JSON.

It runs in a peer's own environment, so it imports nothing of this project.
"""

import json
import sys
import time


def run(jobs):
    """Time each job: a maker of (experiments, looks, call); a call gives the last answer of each experiment."""
    stream = json.load(sys.stdin)
    print(json.dumps({name: timed(*job(stream), stream["repeats"]) for name, job in jobs.items()}))


def timed(experiments, looks, call, repeats):
    answers, seconds = call(), []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return {"experiments": experiments, "looks": looks, "seconds": seconds, "answers": answers}
