"""What infoflow is compared with: each provider returns log-densities (q,) in float64."""

from collections.abc import Callable

import numpy as np
import torch

Provider = Callable[[np.ndarray, np.ndarray, float], np.ndarray]
_ROWS = 256


def _constant(n: int, d: int, beta: float) -> float:
    return -np.log(n) - 0.5 * d * np.log(2 * np.pi) - d * np.log(beta)


def torch_cdist(queries: np.ndarray, centres: np.ndarray, beta: float) -> np.ndarray:
    """Chunked ``torch.cdist`` (exact differences) and ``logsumexp`` of pykeops."""
    y, c = torch.from_numpy(queries), torch.from_numpy(centres)
    mode = "donot_use_mm_for_euclid_dist"
    parts = [
        torch.logsumexp(torch.cdist(part, c, compute_mode=mode).square_().mul_(-0.5 / beta**2), dim=1)
        for part in y.split(_ROWS)
    ]
    return torch.cat(parts).numpy() + _constant(len(c), c.shape[1], beta)


def torch_sdpa(queries: np.ndarray, centres: np.ndarray, beta: float) -> np.ndarray:
    """The log-sum-exp of torch's flash attention: ``|y-c|² = |y|² - 2yc + |c|²`` as an inner product."""
    offset = centres.mean(axis=0)
    y, c = torch.from_numpy((queries - offset) / beta), torch.from_numpy((centres - offset) / beta)
    left = torch.cat([y, torch.ones(len(y), 1, dtype=y.dtype)], dim=1)[None, None]
    right = torch.cat([c, -0.5 * c.square().sum(1, keepdim=True)], dim=1)[None, None]
    _, values = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(left, right, right, scale=1.0)
    values = values.reshape(-1).to(torch.float64) - 0.5 * y.square().sum(1)
    return values.numpy() + _constant(len(c), c.shape[1], beta)


def sklearn_kde(queries: np.ndarray, centres: np.ndarray, beta: float) -> np.ndarray:
    """scikit-learn's ``KernelDensity``, rtol 1e-8."""
    from sklearn.neighbors import KernelDensity

    return KernelDensity(bandwidth=beta, rtol=1e-8, atol=0.0).fit(centres).score_samples(queries)


def pykeops_lazy(queries: np.ndarray, centres: np.ndarray, beta: float) -> np.ndarray:
    """The ``LazyTensor.logsumexp`` of pykeops."""
    from pykeops.torch import LazyTensor

    y = LazyTensor(torch.from_numpy(queries / beta)[:, None, :])
    c = LazyTensor(torch.from_numpy(centres / beta)[None, :, :])
    values = (-0.5 * ((y - c) ** 2).sum(-1)).logsumexp(dim=1)
    return values.reshape(-1).numpy() + _constant(len(centres), centres.shape[1], beta)


def available() -> dict[str, Provider]:
    """Return the providers whose packages are installed."""
    found: dict[str, Provider] = {"torch cdist": torch_cdist, "torch SDPA": torch_sdpa}
    try:
        import sklearn  # noqa: F401
    except ImportError:
        pass
    else:
        found["scikit-learn"] = sklearn_kde
    try:
        import pykeops  # pyright: ignore[reportMissingImports]
    except ImportError:
        pass
    else:
        pykeops.set_verbose(False)
        found["pykeops"] = pykeops_lazy
    return found
