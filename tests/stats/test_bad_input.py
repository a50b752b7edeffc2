"""No number that cannot be is taken for one: each argument of each function refuses it by its name and its range."""

import numpy as np
import pytest

from stats.boundaries.group_sequential import boundaries, crossing_probability
from stats.boundaries.spending import spent
from stats.boundaries.sprt import operating_characteristics
from stats.fixed_sample import two_proportion_z, welch_z
from stats.moments import moments
from stats.multiplicity import bonferroni, discoveries, e_bh, holm, log_lifted, lord_plus_plus, p_to_e
from stats.sequential import anytime_regression, asymptotic_cs, betting, msprt, multinomial, normal_mixture
from stats.sequential.bounded_bet import BoundedBet
from stats.sequential.label_bet import LabelBet
from stats.strata import gate, phase_shares, stratified

NAN, INF = float("nan"), float("inf")
CELLS, RHO = [[10, 10, 90, 90]], [0.5]
SUMS = {"n": [[100, 100]], "total": [[500, 600]], "squares": [[4_000, 5_000]], "rho": RHO}
REGRESSION = {"nu": 97, "n": 100, "g": 10.0}

COUNT = (-1, NAN, INF)
PROBABILITY = (0.0, 1.0, -0.1, NAN)
POSITIVE = (0.0, -1.0, NAN, INF)
LEVEL = (0.0, -0.05, 0.21, NAN)
SIDE = (0, 2, NAN)

# A call that works, and what no argument of it may be.
CALLS = [
    (multinomial.log_bayes_factor, {"counts": [5, 6], "probabilities": [0.5, 0.5], "concentration": 1.0},
     {"counts": [(-1, 6), (5, NAN), (5, INF)], "probabilities": [(0.5, 0.6), (0, 1), (NAN, 1)],
      "concentration": POSITIVE}),
    (multinomial.srm, {"counts": [[5, 6]], "weights": [[0.5, 0.5]], "concentration": 1.0},
     {"counts": [[(-1, 6)], [(5, NAN)]], "weights": [[(0.5, 0.4)], [(-0.5, 1.5)]], "concentration": POSITIVE}),
    (multinomial.log_rate_ratio_interval,
     {"counts": [5, 6], "probabilities": [0.5, 0.5], "concentration": 1.0, "alpha": 0.05},
     {"counts": [(-1, 6), (5, INF)], "probabilities": [(0.5, 0.6)], "concentration": POSITIVE, "alpha": LEVEL}),
    (msprt.log_e, {"estimate": 0.1, "variance": 1.0, "tau2": 1.0}, {"tau2": POSITIVE}),
    (msprt.log_e_one_sided, {"estimate": 0.1, "variance": 1.0, "tau2": 1.0, "side": 1},
     {"tau2": POSITIVE, "side": SIDE}),
    (msprt.half_width, {"variance": 1.0, "tau2": 1.0, "alpha": 0.05}, {"tau2": POSITIVE, "alpha": LEVEL}),
    (asymptotic_cs.log_e, {"n": 9, "z": 1.0, "rho2": 0.1}, {"n": COUNT, "rho2": POSITIVE}),
    (asymptotic_cs.half_width, {"n": 9, "standard_error": 1.0, "rho2": 0.1, "alpha": 0.05},
     {"n": POSITIVE, "rho2": POSITIVE, "alpha": LEVEL}),
    (asymptotic_cs.approximate_rho2, {"n_opt": 9, "alpha": 0.05}, {"n_opt": POSITIVE, "alpha": LEVEL}),
    (asymptotic_cs.optimal_rho2, {"n_opt": 9, "alpha": 0.05}, {"n_opt": POSITIVE, "alpha": LEVEL}),
    (stratified, {"n": [[30, 30]], "mean": [[1, 1]], "variance": [[1, 1]], "rho": RHO},
     {"n": [[(-1, 30)], [(30, NAN)]], "rho": [[p] for p in PROBABILITY]}),
    (phase_shares, {"n": [[30, 30]], "rho": RHO}, {"n": [[(-1, 30)], [(30, INF)]], "rho": [[p] for p in PROBABILITY]}),
    (gate, {"nonzero": [[30, 30]], "rho": RHO}, {"nonzero": [[(-1, 30)]], "rho": [[p] for p in PROBABILITY]}),
    (anytime_regression.log_e_t, {"t": 1.0} | REGRESSION, dict.fromkeys(REGRESSION, POSITIVE)),
    (anytime_regression.log_e_f, {"f": 1.0, "d": 2} | REGRESSION,
     dict.fromkeys(REGRESSION, POSITIVE) | {"f": COUNT, "d": POSITIVE}),
    (anytime_regression.half_width, {"standard_error": 1.0, "alpha": 0.05} | REGRESSION,
     dict.fromkeys(REGRESSION, POSITIVE) | {"alpha": LEVEL}),
    (anytime_regression.optimal_g, {"n": 100, "coefficients": 3, "alpha": 0.05},
     {"n": (0, -1, NAN, INF, 2), "coefficients": POSITIVE, "alpha": LEVEL}),
    (normal_mixture.optimal_rho, {"v_opt": 10.0, "alpha_opt": 0.05, "one_sided": False},
     {"v_opt": POSITIVE, "alpha_opt": LEVEL}),
    (normal_mixture.log_mixture, {"s": 1.0, "v": 1.0, "rho": 1.0, "one_sided": True}, {"v": COUNT, "rho": POSITIVE}),
    (normal_mixture.bound, {"v": 1.0, "alpha": 0.05, "rho": 1.0}, {"v": COUNT, "alpha": LEVEL, "rho": POSITIVE}),
    (betting.log_capital, {"x": [0.2, 0.4], "mean": 0.5},
     {"x": [[-0.1], [1.1], [NAN]], "mean": PROBABILITY, "alpha": LEVEL, "truncation": PROBABILITY,
      "theta": PROBABILITY}),
    (betting.log_e, {"x": [0.2, 0.4], "mean": 0.5}, {"x": [[-0.1], [NAN]], "mean": PROBABILITY, "alpha": LEVEL}),
    (betting.interval, {"x": [0.2, 0.4]}, {"x": [[-0.1], [INF]], "alpha": LEVEL, "theta": PROBABILITY}),
    (LabelBet, {"mde": 0.1, "baseline": 0.1}, {"mde": POSITIVE, "baseline": PROBABILITY}),
    (LabelBet(0.1).log_wealth, {"cells": CELLS, "rho": RHO},
     {"cells": [[(-1, 1, 1, 1)], [(NAN, 1, 1, 1)], [(INF, 1, 1, 1)], [(1, 1)]], "rho": [[p] for p in PROBABILITY],
      "side": SIDE, "difference": (-1.1, 1.1, NAN)}),
    (LabelBet(0.1).log_wealth_relative, {"cells": CELLS, "rho": RHO, "side": 1, "lift": 0.1},
     {"cells": [[(-1, 1, 1, 1)]], "rho": [[p] for p in PROBABILITY], "side": SIDE, "lift": (-1.1, 11.0, NAN)}),
    (LabelBet(0.1).difference_interval, {"cells": CELLS, "rho": RHO, "alpha": 0.05},
     {"cells": [[(-1, 1, 1, 1)]], "rho": [[p] for p in PROBABILITY], "alpha": LEVEL}),
    (LabelBet(0.1).relative_interval, {"cells": CELLS, "rho": RHO, "alpha": 0.05},
     {"cells": [[(1, 1, 1, NAN)]], "rho": [[p] for p in PROBABILITY], "alpha": LEVEL}),
    (BoundedBet, {"cap": 10.0, "baseline": 1.0}, {"cap": POSITIVE, "baseline": (0.0, 10.0, -1.0, NAN)}),
    (BoundedBet(10.0).log_wealth, SUMS,
     {"n": [[(-1, 100)], [(1.5, 100)], [(NAN, 100)], [(40, 100)]], "total": [[(-1, 600)], [(1_001, 600)], [(INF, 600)]],
      "squares": [[(-1, 5_000)], [(2_499, 5_000)], [(5_001, 5_000)]], "rho": [[p] for p in PROBABILITY],
      "side": SIDE, "difference": (-10.1, 10.1, NAN)}),
    (BoundedBet(10.0).interval, SUMS | {"alpha": 0.05}, {"n": [[(-1, 100)]], "alpha": LEVEL}),
    (moments, {"n": 3, "total": 6, "squares": 14}, {"n": (-1, NAN, 0.5), "squares": (11, NAN)}),
    (two_proportion_z, {"n": [9, 9], "x": [1, 2]},
     {"n": [(-1, 9), (9, NAN), (9, INF)], "x": [(-1, 2), (1, 10), (1, NAN)]}),
    (welch_z, {"n": [9, 9], "mean": [1, 2], "variance": [1, 1]}, {"n": [(-1, 9), (9, NAN)]}),
    (p_to_e, {"p": 0.5}, {"p": (-0.1, 1.1, NAN)}),
    (e_bh, {"e_values": [1.0, 50.0], "alpha": 0.05}, {"e_values": [(-1.0, 1.0), (NAN, 1.0)], "alpha": LEVEL}),
    (holm, {"p": [0.5, 0.1]}, {"p": [(-0.1, 1), (1.1, 1), (NAN, 1)]}),
    (bonferroni, {"p": [0.5, 0.1]}, {"p": [(-0.1, 1), (1.1, 1), (NAN, 1)]}),
    (log_lifted, {"max_log_e": 1.0}, {"max_log_e": (NAN,)}),
    (discoveries, {"max_log_e": [1.0, 50.0], "alpha": 0.05}, {"max_log_e": [(NAN, 1.0)], "alpha": LEVEL}),
    (lord_plus_plus, {"p_values": [0.5, 0.1], "alpha": 0.05},
     {"p_values": [(-0.1, 1), (1.1, 1), (NAN, 1)], "alpha": LEVEL, "decided": [(0, 2), (1, 1)]}),
    (spent, {"information": np.array([0.5, 1.0]), "alpha": 0.05, "spending": "power", "sides": 2, "parameter": 2.0},
     {"alpha": LEVEL, "spending": ("haybittle",), "sides": (0, 3, NAN), "parameter": (*POSITIVE, None)}),
    (boundaries, {"information": [0.5, 1.0], "alpha": 0.05, "spending": "pocock", "sides": 2},
     {"information": ([], [0.0, 1.0], [0.5, 0.5], [0.5, 1.1], [NAN, 1.0]), "alpha": LEVEL, "sides": (0, 3)}),
    (crossing_probability, {"information": [0.5, 1.0], "z": 2.0, "sides": 2},
     {"information": ([0.5, 0.4],), "z": (-1.0, NAN), "sides": (0, 3), "drift": (NAN, INF)}),
    (operating_characteristics, {"p0": 0.1, "p1": 0.2, "alpha": 0.05, "beta": 0.1},
     {"p0": PROBABILITY, "p1": (*PROBABILITY, 0.1), "alpha": LEVEL, "beta": (0.0, -0.1, 0.51, NAN)}),
]  # fmt: skip

REFUSED = [
    pytest.param(call, valid | {name: value}, name, id=f"{call.__qualname__}-{name}-{value}")
    for call, valid, arguments in CALLS
    for name, values in arguments.items()
    for value in values
]


@pytest.mark.parametrize(("call", "valid"), [(call, valid) for call, valid, _ in CALLS])
def test_the_call_itself_works(call, valid):
    call(**valid)


@pytest.mark.parametrize(("call", "arguments", "name"), REFUSED)
def test_an_impossible_argument_is_refused_with_its_name_and_range(call, arguments, name):
    with pytest.raises(ValueError, match=rf"\b{name}\b") as refusal:
        call(**arguments)
    assert " must " in str(refusal.value)
