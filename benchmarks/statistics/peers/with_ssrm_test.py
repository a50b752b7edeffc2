"""ssrm-test: one call judges a whole stream of counts, look by look; this is its quickest form."""

import numpy as np
from peer import run
from ssrm_test.ssrm_test import sequential_posteriors


def split(stream):
    arrivals, weights = np.array(stream["arrivals"]), np.array(stream["weights"])

    def last(looks):
        return sequential_posteriors(looks, weights, dirichlet_concentration=stream["concentration"])[-1]

    return *arrivals.shape[:2], lambda: [last(looks)["log_bayes_factor"] for looks in arrivals]


run({"sequential_posteriors": split})
