"""I(X;PT) of a linear projection: a lower bound of I(X;T) by data processing, never called I(X;T).

``X -> T -> P T``, so ``I(X;PT) <= I(X;T)`` for every P. With orthonormal rows ``P T = P S + N(0, beta² I_k)``, and both
ends of the interval for I(X;PT) hold for a P that is independent of the draws they are computed from:

* random directions depend on the seed only;
* principal directions are chosen on the first quarter of the centres of every input, which is then set aside. Given
  that quarter P is fixed, and the other centres and the fresh draws are as independent as before. (Choosing P on
  all centres would leave the lower end valid, which is conditional on the centres anyway, but not the upper one: its
  ``E U >= I`` needs the centres to be independent draws *given P*.)
* in an exact layer nothing about S is random and P may depend on all of it.

So the lower end is a certified lower bound of I(X;T); the upper end says nothing about I(X;T).
"""

from dataclasses import dataclass, replace
from typing import Any

from infoflow import _checks
from infoflow._result import Interval, warn_status
from infoflow._types import Array, ArrayLike, Mode
from infoflow.estimators.directions import KINDS, check_directions, project, projection_matrix
from infoflow.estimators.information import MODES, Problem
from infoflow.estimators.interval import ESTIMATORS, assemble

SHARE_FOR_DIRECTIONS = 4
"""One in so many centres chooses the principal directions."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What all intervals of a projection have in common; as in :func:`infoflow.input_information`."""

    beta: float
    confidence: float
    mode: Mode
    exact: bool
    weights: ArrayLike | None
    queries_per_input: int | None
    estimator: str
    seed: int
    tol: float
    engine: str

    def check(self) -> None:
        """Raise if a setting is out of range."""
        _checks.positive_beta(self.beta)
        _checks.probability("confidence", self.confidence)
        _checks.one_of("mode", self.mode, MODES)
        _checks.one_of("estimator", self.estimator, ESTIMATORS)


def projected_information(
    centres: ArrayLike,
    fresh: ArrayLike | None = None,
    *,
    beta: float,
    k: int,
    kind: str = "pca",
    labels: Any | None = None,
    confidence: float = 0.95,
    mode: Mode = "certified",
    exact: bool = False,
    weights: ArrayLike | None = None,
    queries_per_input: int | None = None,
    estimator: str = "midpoint",
    seed: int = 0,
    tol: float = 1e-9,
    engine: str = "auto",
) -> Interval:
    """Return an interval for I(X;PT), or I(Y;PT) where labels are given, P a projection to k dimensions.

    Its lower end is a lower bound of I(X;T) with the same confidence (data processing); its upper end is none.

    Args:
        centres: As in :func:`infoflow.input_information`; for ``"pca"`` n >= 2 unless ``exact``.
        fresh: As in :func:`infoflow.input_information`.
        beta: Noise standard deviation, > 0.
        k: Dimension after the projection, 1..d.
        kind: ``"pca"`` (chosen on a quarter of the centres, which is then set aside) or ``"orthonormal"`` (random).
        labels: Class of each input, shape (m,), for I(Y;PT).
        confidence: As in :func:`infoflow.input_information`.
        mode: As in :func:`infoflow.input_information`.
        exact: As in :func:`infoflow.input_information`.
        weights: As in :func:`infoflow.input_information`.
        queries_per_input: As in :func:`infoflow.input_information`.
        estimator: As in :func:`infoflow.input_information`.
        seed: Seed of the noise and of the directions.
        tol: As in :func:`infoflow.input_information`.
        engine: As in :func:`infoflow.input_information`.

    Returns:
        The interval, in nats, with quantity ``"I(X;PT)"`` or ``"I(Y;PT)"`` and d = k.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, ``k`` is outside 1..d, or there is one centre per input to choose P on.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``, or ``fresh`` repeats ``centres``.

    Source: theory, section 8 (low-rank compression: Butakov et al., ICLR 2024); docs/theory/interval.md.
    """
    settings = Settings(
        beta=beta,
        confidence=confidence,
        mode=mode,
        exact=exact,
        weights=weights,
        queries_per_input=queries_per_input,
        estimator=estimator,
        seed=seed,
        tol=tol,
        engine=engine,
    )
    settings.check()
    _checks.one_of("kind", kind, KINDS)
    draws = _checks.as_float64("centres", centres, shape="m n d")
    later = checked_fresh(fresh, draws, exact)
    d = draws.shape[2]
    check_directions(k, d)
    chooses = draws
    if kind == "pca" and not exact:
        n = draws.shape[1]
        if n < 2:
            raise ValueError(
                'centres must have n >= 2 draws per input for kind="pca": one of them chooses P, got n = 1'
            )
        n_choosing = max(1, n // SHARE_FOR_DIRECTIONS)
        chooses, draws = draws[:, :n_choosing], draws[:, n_choosing:]
    matrix = projection_matrix(chooses, kind, k, seed=seed)
    interval = interval_after(matrix, draws, later, labels, settings)
    warn_status(interval.quantity, interval.status, interval.message)
    whole = unprojected(interval.quantity)
    note = f"{k} of {d} directions ({kind}): the lower end is one of {whole} too, the upper end is not"
    return replace(interval, message=f"{note}; {interval.message}" if interval.message else note)


def interval_after(
    matrix: Array, centres: Array, fresh: Array | None, labels: Any | None, settings: Settings
) -> Interval:
    """Return the interval of the information of P T for one P that is independent of the draws.

    Args:
        matrix: P with orthonormal rows, shape (k, d).
        centres: Shape (m, n, d).
        fresh: Shape (m, r, d), or None where exact.
        labels: Classes, or None.
        settings: Everything else.
    """
    problem = Problem(
        project(centres, matrix),
        None if fresh is None else project(fresh, matrix),
        labels,
        settings.beta,
        settings.weights,
        settings.exact,
        settings.tol,
        settings.engine,
    )
    quantity = "I(X;T)" if labels is None else "I(Y;T)"
    interval = assemble(
        problem.evaluate([quantity], settings.queries_per_input, settings.estimator, settings.seed),
        problem.questions[quantity],
        problem.mixtures.weights,
        confidence=settings.confidence,
        mode=settings.mode,
        estimator=settings.estimator,
    )
    return replace(interval, quantity=quantity.replace("T", "PT"))


def checked_fresh(fresh: ArrayLike | None, centres: Array, exact: bool) -> Array | None:
    """Return fresh draws of the same d as the centres; None where exact, for which they are not needed."""
    if exact or fresh is None:
        return None  # a missing one is refused with the projected problem
    draws = _checks.as_float64("fresh", fresh, shape="m r d")
    if draws.shape[0] != centres.shape[0] or draws.shape[2] != centres.shape[2]:
        m, _, d = centres.shape
        raise ValueError(f"fresh must have shape (m={m}, r, d={d}) as centres have, got {draws.shape}")
    return draws


def unprojected(quantity: str) -> str:
    """Return the name of the information that a projected one bounds from below."""
    return quantity.replace("PT", "T")
