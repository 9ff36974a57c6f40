"""Regression control variates for averages over ``t = c_k + beta z``: polynomials in z and c with known mean zero.

Controls g(k, z) have ``E_z g(k, Z) = 0`` for *every* centre k, so they also have mean zero in any stratified design:
z_i, z_i z_j - δ_ij and c_ki z_j, which span the log-density of the own component, ``-|z|²/2``, and that of the Gaussian
fitted to all of t, both less their means. Coefficients are fitted by least squares on the other half of the data
(cross-fitting), so the corrected average keeps its expectation exactly; docs/theory/sampling.md.
"""

import sys

import numpy as np

from infoflow._types import Array, IntArray

EVALUATIONS_PER_CONTROL = 100
"""Fewest evaluations per control: with half of them in each fit, the fit costs at most 2 % of the variance."""

_BLOCK = 4096
_LARGEST_INVERSE = 1024


class Controls:
    """The controls of one problem: all quadratic ones where the data can bear the fit, otherwise fewer.

    Attributes:
        kind: ``"quadratic"`` (2d² or so), ``"diagonal"`` (3d), ``"scalar"`` (4), ``"radial"`` (2) or
            ``"none"``.
        size: Number of controls.
    """

    kind: str
    size: int

    def __init__(self, centres: Array, beta: float, evaluations: int) -> None:
        """Choose the controls.

        Args:
            centres: Shape (n, d).
            beta: Noise standard deviation.
            evaluations: Number of values that will be corrected.
        """
        d = centres.shape[1]
        self._centred = centres - centres.mean(axis=0)
        spread = self._centred.std(axis=0)
        self._scaled = self._centred / np.where(spread > 0, spread, 1.0)
        sizes = {
            "quadratic": d + d * (d + 1) // 2 + d * d,
            "diagonal": 3 * d,
            "scalar": 4 if d <= _LARGEST_INVERSE else sys.maxsize,
            "radial": 2,
            "none": 0,
        }
        self.kind = next(k for k, size in sizes.items() if size * EVALUATIONS_PER_CONTROL <= evaluations)
        self.size = sizes[self.kind]
        if self.kind == "quadratic":
            self._upper = np.triu_indices(d)
        if self.kind == "scalar":
            covariance = self._centred.T @ self._centred / len(centres) + beta**2 * np.eye(d)
            self._precision = beta**2 * np.linalg.inv(covariance)

    def rows(self, rows: IntArray, noise: Array) -> Array:
        """Return the controls (b, size) of points with centres ``rows`` (b,) and noise (b, d)."""
        if self.kind == "quadratic":
            i, j = self._upper
            products = noise[:, i] * noise[:, j] - (i == j)
            mixed = self._scaled[rows][:, :, None] * noise[:, None, :]
            return np.concatenate([noise, products, mixed.reshape(len(noise), -1)], axis=1)
        if self.kind == "diagonal":
            return np.concatenate([noise, noise**2 - 1.0, self._scaled[rows] * noise], axis=1)
        c = self._centred[rows]
        radial = [np.sum(noise**2, axis=1) - noise.shape[1], np.sum(c * noise, axis=1)]
        if self.kind == "radial":
            return np.stack(radial, axis=1)
        weighted = noise @ self._precision
        return np.stack(
            [
                *radial,
                np.sum(weighted * noise, axis=1) - np.trace(self._precision),
                np.sum(c * weighted, axis=1),
            ],
            axis=1,
        )


def corrected(values: Array, noise: Array, controls: Controls, order: IntArray, per_fold: int) -> Array:
    """Return values less their cross-fitted controls, of the same expectation, shape (n, q).

    Points of one centre are dealt to two halves in turn, ``per_fold`` at a time; each half is corrected with the
    coefficients of the other. The fit sees differences inside a centre only (or, with one point of it in a half, inside
    a pair of neighbours), and is shrunk by the James–Stein factor, so that coefficients which are but noise vanish.

    Args:
        values: What is averaged at the points, shape (n, q).
        noise: Noise of the points, shape (n, q, d).
        controls: The controls; with none, or a single turn, the values come back as they are.
        order: The centres, neighbours next to each other, shape (n,).
        per_fold: Points of one centre that stay together because they depend on one another.
    """
    turn = np.arange(values.shape[1]) // per_fold % 2
    if controls.size == 0 or not turn.any():
        return values
    halves = [np.flatnonzero(turn == side) for side in (0, 1)]
    fits = [_coefficients(values, noise, controls, order, columns) for columns in halves]
    result = values.copy()
    for columns, fit in zip(halves, reversed(fits), strict=True):
        for rows in _blocks(order, len(columns)):
            result[np.ix_(rows, columns)] -= _controls(noise, controls, rows, columns) @ fit
    return result


def _coefficients(values: Array, noise: Array, controls: Controls, order: IntArray, columns: IntArray) -> Array:
    p = controls.size
    gram, moment, total, degrees = np.zeros((p, p)), np.zeros(p), 0.0, 0
    for rows in _blocks(order, len(columns)):
        f = values[np.ix_(rows, columns)]
        g = _controls(noise, controls, rows, columns)
        if len(columns) == 1:  # pairs of neighbours; an odd centre at the end has none
            pairs = len(rows) // 2
            f, g = f[: 2 * pairs].reshape(pairs, 2), g[: 2 * pairs].reshape(pairs, 2, p)
        f = f - f.mean(axis=1, keepdims=True)
        g = (g - g.mean(axis=1, keepdims=True)).reshape(-1, p)
        gram += g.T @ g
        moment += g.T @ f.reshape(-1)
        total += float(np.sum(f**2))
        degrees += f.size - len(f)
    fit = np.asarray(np.linalg.lstsq(gram, moment, rcond=1e-12)[0], dtype=np.float64)
    explained = float(fit @ moment)
    if explained <= 0.0 or degrees <= p:
        return np.zeros(p)
    noise_variance = max(total - explained, 0.0) / (degrees - p)
    return fit * max(0.0, 1.0 - max(p - 2, 1) * noise_variance / explained)


def _controls(noise: Array, controls: Controls, rows: IntArray, columns: IntArray) -> Array:
    """Return the controls of some centres' points, shape (b, c, size)."""
    z = noise[np.ix_(rows, columns)]
    flat = controls.rows(np.repeat(rows, len(columns)), z.reshape(-1, z.shape[2]))
    return flat.reshape(len(rows), len(columns), controls.size)


def _blocks(order: IntArray, n_columns: int) -> list[IntArray]:
    size = 2 * max(1, _BLOCK // (2 * n_columns))
    return [order[start : start + size] for start in range(0, len(order), size)]
