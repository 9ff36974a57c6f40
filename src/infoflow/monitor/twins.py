"""Clustering of each layer, in the noisy network and in its deterministic twin, side by side."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from infoflow._random import derived_seed, stream
from infoflow._types import IntArray
from infoflow.clustering import TwinSummary, twin_summary
from infoflow.monitor.draws import LayerInfo
from infoflow.monitor.inputs import InputRows
from infoflow.networks import NoisyNetwork, sample_representations

if TYPE_CHECKING:
    import pandas as pd

CLUSTERED_INPUTS = 1000
"""Most inputs of a summary; the table says how many."""
_PAIRS = 5000
_POINTS = 500


def clustering_table(noisy: NoisyNetwork, rows: InputRows, layers: Sequence[LayerInfo], *, seed: int) -> "pd.DataFrame":
    """Return the scalars of every clustering measure: columns layer, measure, noisy, deterministic.

    Of at most ``CLUSTERED_INPUTS`` inputs, evenly spaced; a single draw of T per input. Without labels all inputs count
    as one class, and measures that compare classes are NaN.

    Args:
        noisy: The network, its noise attached.
        rows: The inputs.
        layers: Which layers.
        seed: Seed of the noise and of everything the summaries draw.
    """
    import pandas as pd

    records: list[tuple[str, str, float, float]] = []
    for layer, summary in _summaries(noisy, rows, layers, seed):
        noisy_scalars, plain_scalars = summary.noisy.as_dict(), summary.deterministic.as_dict()
        records += [(layer, name, value, plain_scalars[name]) for name, value in noisy_scalars.items()]
        cosine = float("nan") if summary.cosine is None else summary.cosine.mean
        records.append((layer, "cosine_to_deterministic", cosine, 1.0))
    return pd.DataFrame(records, columns=["layer", "measure", "noisy", "deterministic"])


def _summaries(
    noisy: NoisyNetwork, rows: InputRows, layers: Sequence[LayerInfo], seed: int
) -> Iterator[tuple[str, TwinSummary]]:
    index = np.unique(np.linspace(0, rows.m - 1, min(rows.m, CLUSTERED_INPUTS)).astype(np.int64))
    inputs = rows.take(index)
    labels: IntArray = np.zeros(len(index), np.int64) if rows.labels is None else rows.labels[index]
    draw_seed = derived_seed(seed, "draws for clustering")
    for layer in layers:
        s = sample_representations(noisy, inputs, 1, layers=[layer.module], seed=draw_seed)[layer.key][:, 0]
        noise = stream(seed, f"noise for clustering in {layer.key}").standard_normal(s.shape)
        with noisy.noiseless():
            plain = sample_representations(noisy, inputs, 1, layers=[layer.module])[layer.key][:, 0]
        summary = twin_summary(
            s + layer.beta * noise, plain, labels, n_pairs=_PAIRS, max_points=_POINTS, bins=25, seed=seed
        )
        yield layer.key, summary
