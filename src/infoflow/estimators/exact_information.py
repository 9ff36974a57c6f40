"""The asymptotic interval of an exact layer (S a function of x) with any way of sampling the noise.

Every ``p_i`` is known, so ``I = Σ_i w_i E ln(p_{g(i)}(T)/p̄(T))`` has no bias and no chance but that of the noise: both
ends are the average and its standard error, Student's t from the replicates. Where S is random given x, the draws of S
bring most of the error, and they cannot be had from a sequence; in certified mode the theorems want independent
bounded summands (docs/theory/sampling.md, *What certified intervals may use*).
"""

import math

from scipy.stats import t as student_t

from infoflow._result import Interval, Parts
from infoflow._types import Array, Mode
from infoflow.estimators import sampling
from infoflow.estimators.interval import interval_status
from infoflow.estimators.quasi import spatial_order
from infoflow.estimators.question import Mixtures, Question, log_ratios

_POINTS = 32_768
_REASONS = {
    "control": "its summands have no bound",
    "sobol": "its points depend on one another",
    "sobol-control": "its points depend on one another",
    "gauss-hermite": "its error has no bound that a theorem gives",
}


def check_information_sampling(name: str, mode: Mode, *, exact: bool, m: int, d: int, queries: int | None) -> None:
    """Refuse a way of sampling that is not sound for an interval.

    Raises:
        ValueError: Anything but ``"plain"`` and ``"auto"`` in certified mode or where S is random given x; or unknown,
            or impossible for d and the number of points.
    """
    sampling.check_sampling(name, m, d, queries)
    if name in ("auto", "plain"):
        return
    if mode == "certified":
        raise ValueError(
            f"sampling must be 'plain' or 'auto' in certified mode, got {name!r}: {_REASONS[name]}, and the guarantee "
            "needs independent bounded summands (use mode='asymptotic')"
        )
    if not exact:
        raise ValueError(
            f"sampling must be 'plain' or 'auto' where S is random given x, got {name!r}: the draws of S, which no "
            "sequence replaces, bring most of the error (only an exact layer gains)"
        )


def exact_interval(
    mixtures: Mixtures,
    question: Question,
    *,
    queries_per_input: int | None,
    confidence: float,
    estimator: str,
    seed: int,
    name: str,
) -> Interval:
    """Return the asymptotic interval of an exact layer; arguments already checked.

    Args:
        mixtures: One centre per input, shape (m, 1, d).
        question: I(X;T) or I(Y;T).
        queries_per_input: Most points per input; None for as many as make about 32 768.
        confidence: Nominal probability of coverage.
        estimator: Name of the point estimate; all are the average here.
        seed: Seed of the noise.
        name: The sampling.
    """
    m, _, d = mixtures.centres.shape
    points = mixtures.centres[:, 0]
    scale = (mixtures.weights * m)[:, None]
    engines: list[str] = []

    def values(noise: Array) -> Array:
        ratios, engine = log_ratios(points[:, None, :] + mixtures.beta * noise, mixtures)
        engines.append(engine)
        return scale * ratios[question.quantity]

    if queries_per_input is not None:
        queries = queries_per_input
    else:
        queries = sampling.most_nodes(m, d) if name == "gauss-hermite" else max(2, math.ceil(_POINTS / m))
    integrand = sampling.Integrand(
        values, points - points.mean(axis=0), spatial_order(points), mixtures.beta, "points of the empirical mixtures"
    )
    result = sampling.average(integrand, n_mc=queries, seed=seed, sampling=name)
    margin = 2.0 * mixtures.tol  # what the engines may have left out of the two densities
    if not math.isfinite(result.stderr):
        margin = math.inf  # a single point: nothing is known of its error
    elif result.stderr > 0:
        margin += float(student_t.ppf(0.5 + 0.5 * confidence, result.dof)) * result.stderr
    raw_lower, raw_upper = result.value - margin, result.value + margin
    lower, upper = max(raw_lower, 0.0), min(raw_upper, question.ceiling)
    status, message = interval_status(lower, upper, question.ceiling)
    return Interval(
        lower=min(lower, question.ceiling),
        upper=max(upper, 0.0),
        estimate=result.value,
        confidence=confidence,
        mode="asymptotic",
        quantity=question.quantity,
        ceiling=question.ceiling,
        raw_lower=raw_lower,
        raw_upper=raw_upper,
        estimator=estimator,
        parts=Parts(bias_gap=0.0, centre_fluctuation=0.0, monte_carlo_upper=margin, monte_carlo_lower=margin),
        m=m,
        n=1,
        r=result.evaluations // m,
        d=d,
        decoder=f"exact posterior; {result.sampling}",
        upper_bound="exact",
        engine=engines[-1],
        status=status,
        message=message,
    )
