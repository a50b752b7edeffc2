"""savvi: an object a stream, updated and asked at each look; with `infer` as documented, and for evidence alone."""

import numpy as np
from peer import run
from savvi.multinomial import InhomogeneousPoissonProcess, Multinomial

FEW = 2, 5  # experiments and looks: each `infer` solves convex programs


def evidence(stream):
    def ask(test):
        test.calculate_p_value()

    return _judged(stream, _split, ask, _log_odds, np.shape(stream["arrivals"])[:2])


def split(stream):
    return _judged(stream, _split, lambda test: test.infer(), _log_odds, FEW)


def rate_ratio(stream):
    def begin(alpha, weights, concentration):
        return InhomogeneousPoissonProcess(alpha, weights, np.array([[-1, 1]]), concentration)

    return _judged(stream, begin, lambda test: test.infer(), lambda test: test.conf_int[0].tolist(), FEW)


def _judged(stream, begin, ask, answer, size):
    experiments, looks = size
    arrivals, weights = np.array(stream["arrivals"])[:experiments, :looks], np.array(stream["weights"])

    def last(arrivals_of_one):
        test = begin(stream["alpha"], weights, stream["concentration"])
        for arrived in arrivals_of_one:
            test.update(arrived)
            ask(test)
        return answer(test)

    return experiments, looks, lambda: [last(arrivals_of_one) for arrivals_of_one in arrivals]


def _split(alpha, weights, concentration):
    return Multinomial(alpha, weights, concentration)


def _log_odds(test):
    return float(np.log(test.odds))


run(
    {
        "Multinomial, evidence alone": evidence,
        "Multinomial.infer": split,
        "InhomogeneousPoissonProcess.infer": rate_ratio,
    }
)
