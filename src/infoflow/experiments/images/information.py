"""Certified intervals of I(X;T_l) and I(Y;T_l) of a convolutional layer, in as many dimensions as there are centres."""

from dataclasses import replace

import torch

from infoflow._random import derived_seed
from infoflow._types import Array, IntArray
from infoflow.estimators import LayerInterval, layered_information
from infoflow.estimators.strategy import pools_everything
from infoflow.experiments.data.mnist import Images
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.images.images import as_batch
from infoflow.networks import NoisyNetwork, sample_representations


def image_information(
    noisy: NoisyNetwork, images: Images, labels: IntArray, config: ImageConfig, epoch: int
) -> list[LayerInterval]:
    """Return intervals of I(X;T_l) and I(Y;T_l) for all noisy layers, X uniform on the images.

    A layer of more dimensions d than it has centres is first turned into the span of its centres, see :func:`in_span`.

    Args:
        noisy: The network.
        images: uint8, shape (m, 28, 28).
        labels: Shape (m,).
        config: Seed, n, r and confidence.
        epoch: Names the streams of draws and noise.

    Raises:
        CrossingError: Certified intervals contradict the data-processing inequality.
        NonFiniteError: NaN or infinity in a layer.
    """
    inputs = as_batch(images)
    centres = sample_representations(noisy, inputs, config.n, seed=derived_seed(config.seed, "centres", epoch))
    fresh = sample_representations(noisy, inputs, config.r, seed=derived_seed(config.seed, "fresh draws", epoch))
    # only the pooled bound with all centres depends on nothing but the distances that turning keeps
    turn = pools_everything(len(images), config.n, config.r)
    turned = {
        layer: in_span(centres[layer], fresh[layer]) if turn else (centres[layer], fresh[layer]) for layer in centres
    }
    intervals = layered_information(
        {layer: pair[0] for layer, pair in turned.items()},
        {layer: pair[1] for layer, pair in turned.items() if layer not in centres.exact},
        beta=centres.betas,
        labels=labels,
        confidence=config.confidence,
        exact=centres.exact,
        queries_per_input=config.r,
        seed=derived_seed(config.seed, "noise of the estimator", epoch) % 2**31,
    )
    return [LayerInterval(layer, replace(found, d=centres[layer].shape[2])) for layer, found in intervals]


def in_span(centres: Array, fresh: Array) -> tuple[Array, Array]:
    """Return centres and fresh draws in an orthonormal basis of the span of the centres, if that is smaller.

    With Q the basis, c_0 a centre, and any point t, ``|t - c|² = |Qᵀ(t - c_0) - Qᵀ(c - c_0)|² + |(1 - QQᵀ)(t - c_0)|²``
    for every centre c. The last term is the same for all centres and cancels in each log-ratio of mixtures over them,
    and ``QᵀZ`` is again N(0, I): the ends of an interval have the same distribution as in all d dimensions, and for a
    layer whose S is deterministic given x they are about the same I(X;T).

    Args:
        centres: Shape (m, n, d).
        fresh: Draws independent of them, shape (m, r, d).

    Returns:
        Shapes (m, n, k) and (m, r, k) with ``k = m n - 1`` where d is larger; else what was given.
    """
    m, n, d = centres.shape
    if d < m * n:
        return centres, fresh
    origin = centres[0, 0]
    rows = torch.from_numpy((centres - origin).reshape(m * n, d)[1:])
    basis = torch.linalg.qr(rows.T).Q.numpy()  # (d, m n - 1)
    return (centres - origin) @ basis, (fresh - origin) @ basis
