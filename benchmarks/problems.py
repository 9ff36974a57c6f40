"""The problems: activations of a random tanh network, fresh or saturated, and noisy queries at them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mixture of ``n`` centres and ``q`` queries in ``d`` dimensions, ``kind`` "fresh" or "saturated"."""

    d: int
    beta: float
    n: int
    q: int
    kind: str = "saturated"
    tol: float = 1e-12

    @property
    def name(self) -> str:
        """How tables call it."""
        return f"one mixture, d={self.d}, beta={self.beta:g}, {self.kind}, tol={self.tol:g}"

    def arrays(self, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Return queries (q, d) and centres (n, d)."""
        rng = np.random.default_rng([seed, self.d, self.n])
        gain = {"fresh": 1.0, "saturated": 3.0}[self.kind]
        x = rng.standard_normal((self.n, 12))
        hidden = np.tanh(x @ rng.standard_normal((12, 10)) / np.sqrt(12))
        centres = np.tanh(gain * hidden @ rng.standard_normal((10, self.d)))
        chosen = centres[rng.permutation(self.n)[: self.q] if self.q <= self.n else rng.integers(0, self.n, self.q)]
        return chosen + self.beta * rng.standard_normal(chosen.shape), centres


def network_layer(
    m: int, n: int, q: int, d: int, beta: float, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return queries (m, q, d), centres (m, n, d) and labels (m,) as from a noisy layer of a saturated network."""
    rng = np.random.default_rng([seed, d, m])
    inputs = np.tanh(rng.standard_normal((m, 1, 10)))
    previous = inputs + beta * rng.standard_normal((m, n + q, 10))
    centres = np.tanh(1.5 * previous @ rng.standard_normal((10, d)))
    queries = centres[:, n:] + beta * rng.standard_normal((m, q, d))
    return queries, np.ascontiguousarray(centres[:, :n]), rng.integers(0, 2, m)
