"""Claim 3: Reed-Muller codes over Gaussian noise."""

import math

from infoflow.claims import statistics
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement, printed
from infoflow.claims.context import Context
from infoflow.claims.quiet import quiet
from infoflow.estimators import input_information, smoothed_entropy
from infoflow.truths import ReedMuller, pam

_ONE_BIT = {0.1: 0.693147, 0.5: 0.632720, 1.0: 0.336831, 2.0: 0.111421}
_SIGMAS = (0.5, 1.0, 2.0)
_CEILING_N = 2000


def _check(context: Context) -> Measurement:
    values: list[Measured] = []
    for sigma in _ONE_BIT:
        bit = pam(2, beta=sigma)
        values.append(statistics.exact(_key(sigma), bit.information, tolerance=bit.tolerance))
    full = ReedMuller(5, 5, 2.0)
    values.append(statistics.exact("RM(5,5)", full.information, tolerance=full.tolerance))
    values += _intervals(context.choose(3, 4))
    replicates = context.choose(4, 16)
    with quiet():
        values.append(statistics.mean("plateau", [_gap_to_ceiling(seed) for seed in range(replicates)]))
        values.append(statistics.mean("plug-in", [_plug_in_error(seed) for seed in range(replicates)]))
    note = (
        f"Plateau and plug-in over {replicates} replicates. Exact values are 2^m times the quadrature of one bit; "
        "the certified intervals enumerate all codewords and do not know that."
    )
    return Measurement(values=values, seeds=(0,), notes=[note])


def _intervals(log_length: int) -> list[Measured]:
    """Return how many certified intervals cover, and the intervals, over the codes of all words."""
    covered, values = 0, list[Measured]()
    for sigma in _SIGMAS:
        code = ReedMuller(log_length, log_length, sigma)
        interval = input_information(code.draw(1, 0), beta=sigma, exact=True)
        covered += interval.lower <= code.information <= interval.upper
        label = f"RM({log_length},{log_length}), sigma={sigma:g}, exact {code.information:.4f}"
        values.append(statistics.bounds("interval", interval, label=label))
    values.append(statistics.exact("covered", float(covered)))
    return values


def _gap_to_ceiling(seed: int) -> float:
    """Return ``ln n - (ĥ - h(Z))`` for RM(4,4) at sigma = .1, where I is 16 ln 2 = 11.09."""
    code = ReedMuller(4, 4, 0.1)
    h_t = smoothed_entropy(code.draw_unconditional(_CEILING_N, seed), beta=0.1, n_mc=2, seed=seed).nats
    return math.log(_CEILING_N) - (h_t - code.conditional_entropy)


def _plug_in_error(seed: int) -> float:
    code = ReedMuller(5, 5, 2.0)
    h_t = smoothed_entropy(code.draw_unconditional(4000, seed), beta=2.0, n_mc=4, seed=seed).nats
    return h_t - code.conditional_entropy - code.information


def _key(sigma: float) -> str:
    return f"one bit, sigma={sigma:g}"


CLAIM = Claim(
    number=3,
    title="Reed-Muller codes",
    claimed=(
        "I of the code of all words is 2^m times that of one bit; RM(5,5) at sigma = 2 carries 3.5655 nats; with n "
        "samples the estimate of RM(4,4) plateaus at ln n for small sigma."
    ),
    source="G18 section VI",
    criteria=(
        *(printed(_key(sigma), "I of one bit", value, 6) for sigma, value in _ONE_BIT.items()),
        printed("RM(5,5)", "I at sigma = 2", 3.5655, 4),
        Criterion(key="interval", text="certified interval of I(X;T) of the code of all words"),
        Criterion(key="covered", text="of three certified intervals, those that cover the exact I", least=3, unit=""),
        Criterion(
            key="plateau",
            text=f"RM(4,4), sigma = .1: ln n minus the estimate from n = {_CEILING_N}, I being 11.09, is within 0.05",
            least=-0.05,
            most=0.05,
        ),
        Criterion(
            key="plug-in", text="mean error of the plug-in of RM(5,5), sigma = 2, n = 4000, is negative", most=0.0
        ),
    ),
    check=_check,
)
