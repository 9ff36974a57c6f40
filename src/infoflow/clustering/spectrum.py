"""How many dimensions the representations fill: effective rank and participation ratio of their covariance."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._random import stream
from infoflow._types import Array
from infoflow.clustering.inputs import Rows, as_rows
from infoflow.clustering.moments import COVARIANCE_LIMIT, ClassMoments


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """Eigenvalues of the covariance of all samples, largest first, rounding set to zero.

    Attributes:
        eigenvalues: Shape (min(n, d),), squared units of the representation.
        n: Samples used.
        complete: Whether these were all samples; a subsample of n rows cannot show a rank above n - 1.
    """

    eigenvalues: Array
    n: int
    complete: bool

    @property
    def effective_rank(self) -> float:
        """``exp(-Σ_j p_j ln p_j)`` with ``p_j = σ_j / Σ σ``, σ the singular values of the centred data matrix.

        Between 1 and the rank. Source: Roy & Vetterli, "The effective rank", EUSIPCO 2007, Definition 1.
        """
        sigma = np.sqrt(self.eigenvalues[self.eigenvalues > 0])
        p = sigma / sigma.sum()
        return float(np.exp(-np.sum(p * np.log(p))))

    @property
    def participation_ratio(self) -> float:
        """``(Σ λ_j)² / Σ λ_j²``, λ the eigenvalues of the covariance; between 1 and the rank."""
        scaled = self.eigenvalues / self.eigenvalues[0]
        return float(scaled.sum() ** 2 / np.square(scaled).sum())


def moments_spectrum(moments: ClassMoments) -> Spectrum:
    """Return the spectrum from streamed moments that keep the covariance.

    Raises:
        ValueError: The covariance is not kept.
        IllPosedError: All samples are the same point.
    """
    moments.require_spread("the spectrum")
    values = np.asarray(np.linalg.eigvalsh(moments.total_covariance), dtype=np.float64)
    return Spectrum(eigenvalues=_cleaned(values)[: min(moments.n, moments.d)], n=moments.n, complete=True)


def covariance_spectrum(representations: Any, *, limit: int = COVARIANCE_LIMIT, seed: int = 0) -> Spectrum:
    """Return the spectrum of the covariance of all samples.

    Exact where min(n, d) <= ``limit``; else that of ``limit`` rows drawn without replacement (``complete`` is False).
    Memory is limit² numbers, time O(n d min(n, d)).

    Args:
        representations: Shape (n, d).
        limit: Largest matrix to decompose.
        seed: Seed of the choice of rows.

    Raises:
        TypeError: Not numeric.
        ValueError: Wrong shape or a limit below 2.
        NonFiniteError: NaN or infinity.
        IllPosedError: All samples are the same point.
    """
    rows = as_rows("representations", representations)
    _checks.as_count("limit", limit, minimum=2)
    if rows.d <= min(limit, rows.n):
        return moments_spectrum(ClassMoments(covariance=True).update(rows, np.zeros(rows.n, np.int64)))
    index = np.arange(rows.n)
    if rows.n > limit:
        index = np.sort(stream(seed, "rows of the spectrum").choice(rows.n, size=limit, replace=False))
    return _gram_spectrum(rows, index)


def _gram_spectrum(rows: Rows, index: np.ndarray[Any, np.dtype[np.int64]]) -> Spectrum:
    """Return the spectrum of chosen rows: ``X Xᵀ/n`` has the eigenvalues of ``Xᵀ X/n`` that are not zero."""
    chosen = rows.take(index)
    chosen -= chosen[0]
    chosen -= chosen.mean(axis=0)
    if not chosen.any():
        raise IllPosedError(f"the spectrum is undefined: all {len(index)} samples are the same point")
    values = np.asarray(np.linalg.eigvalsh(chosen @ chosen.T / len(index)), dtype=np.float64)
    return Spectrum(eigenvalues=_cleaned(values), n=len(index), complete=len(index) == rows.n)


def _cleaned(values: Array) -> Array:
    """Sort largest first and set what is below the rounding of the largest one, ``size · eps · λ_1``, to zero."""
    values = values[::-1].copy()
    values[values < len(values) * np.finfo(np.float64).eps * values[0]] = 0.0
    return values
