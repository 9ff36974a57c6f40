"""Every clustering measure of one representation, in one call, with a reason for each that is undefined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow.clustering.binned import BinnedEntropy, binned_entropies
from infoflow.clustering.collapse import (
    SimplexGeometry,
    SubspaceScatter,
    check_classifier,
    collapse_self_duality,
    collapse_simplex,
)
from infoflow.clustering.cosine import CosineMeans
from infoflow.clustering.grids import Grid, adaptive_grid, data_grid, fixed_grid, per_neuron_grid
from infoflow.clustering.inputs import Rows, as_class_values, as_range, as_rows
from infoflow.clustering.intrinsic import IntrinsicDimension, intrinsic_dimensions
from infoflow.clustering.moments import ClassMoments
from infoflow.clustering.nearest_centre import NearestCentre, NearestCentreDecisions
from infoflow.clustering.pairs import PairHistograms, cosine_histograms, distance_histograms
from infoflow.clustering.scatter import (
    PairMeans,
    class_distance_normalised_variance,
    mean_squared_distances,
    scatter_ratio,
)
from infoflow.clustering.spectrum import Spectrum, covariance_spectrum

DEFAULT_WIDTHS = (0.001, 0.01, 0.07, 0.25, 1.0)
"""Bin widths from one that gives every sample its own cell to one that sees only signs of a tanh layer."""
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False, kw_only=True)
class ClusteringSummary:
    """How much one representation clusters by class. None: undefined for these samples, see ``undefined``.

    Attributes:
        n: Samples.
        d: Dimension.
        n_classes: Classes.
        n_smallest_class: Samples of the smallest class; with 1 the within-class measures are 0 by construction.
        scatter_ratio: Within-class over total scatter, in [0, 1].
        cdnv: Class-distance-normalised variance.
        nc1: ``tr(Σ_W Σ_B⁺)/K``.
        nc2: Simplex geometry of the class means.
        nc3: Self-duality with the classifier; None also without one.
        nearest_centre: Accuracy of the nearest class mean (resubstitution) and NC4.
        spectrum: Eigenvalues of the covariance, with effective rank and participation ratio.
        two_nn: Intrinsic dimension by TwoNN.
        levina_bickel: Intrinsic dimension by Levina–Bickel.
        mean_sq_distance: Mean squared distance over all pairs, exact.
        mean_cosine: Mean cosine over all pairs of vectors that are not zero, exact.
        n_zero_vectors: Samples without a direction, left out of cosines.
        distances: Histograms of distances.
        cosines: Histograms of cosines.
        binned: Binned entropies, nats; one per grid.
        undefined: Measure to the reason why it is undefined.
    """

    n: int
    d: int
    n_classes: int
    n_smallest_class: int
    scatter_ratio: float | None
    cdnv: float | None
    nc1: float | None
    nc2: SimplexGeometry | None
    nc3: float | None
    nearest_centre: NearestCentreDecisions | None
    spectrum: Spectrum | None
    two_nn: IntrinsicDimension | None
    levina_bickel: IntrinsicDimension | None
    mean_sq_distance: PairMeans | None
    mean_cosine: PairMeans | None
    n_zero_vectors: int
    distances: PairHistograms | None
    cosines: PairHistograms | None
    binned: tuple[BinnedEntropy, ...]
    undefined: dict[str, str]

    def as_dict(self) -> dict[str, float]:
        """Return the scalars for a table, NaN where undefined; keys do not depend on the samples, nats throughout."""
        table = {name: _number(getattr(self, name)) for name in _PLAIN}
        for name, part, attribute in _NESTED:
            table[name] = _number(getattr(getattr(self, part), attribute, None))
        for entropy in self.binned:
            table[f"H_bin[{entropy.grid}]"] = entropy.H_bin
            table[f"I_y_bin[{entropy.grid}]"] = _number(entropy.I_y_bin)
        table["H_bin_ceiling"] = self.binned[0].ceiling if self.binned else float("nan")
        return table


_PLAIN = ("n", "d", "n_classes", "n_smallest_class", "scatter_ratio", "cdnv", "nc1", "nc3", "n_zero_vectors")
_NESTED = (
    ("nc2_equinorm", "nc2", "equinorm"),
    ("nc2_equiangularity", "nc2", "equiangularity"),
    ("nc2_maximal_angle", "nc2", "maximal_angle"),
    ("nc4_agreement", "nearest_centre", "agreement"),
    ("nearest_centre_accuracy", "nearest_centre", "accuracy"),
    ("effective_rank", "spectrum", "effective_rank"),
    ("participation_ratio", "spectrum", "participation_ratio"),
    ("two_nn_dimension", "two_nn", "value"),
    ("two_nn_stderr", "two_nn", "stderr"),
    ("levina_bickel_dimension", "levina_bickel", "value"),
    ("levina_bickel_stderr", "levina_bickel", "stderr"),
    ("mean_sq_distance_within", "mean_sq_distance", "within"),
    ("mean_sq_distance_between", "mean_sq_distance", "between"),
    ("mean_cosine_within", "mean_cosine", "within"),
    ("mean_cosine_between", "mean_cosine", "between"),
)


def clustering_summary(
    representations: Any,
    labels: Any,
    *,
    widths: Sequence[float] = DEFAULT_WIDTHS,
    n_bins: int | None = 30,
    bin_range: Any | None = None,
    weight: Any | None = None,
    bias: Any | None = None,
    bins: int = 50,
    distance_range: Any | None = None,
    exact_pairs: bool | None = None,
    n_pairs: int = 20_000,
    neighbours: int = 10,
    max_points: int = 2000,
    seed: int = 0,
) -> ClusteringSummary:
    """Return every clustering measure of a representation; memory does not grow with n².

    Args:
        representations: Shape (n, d), noisy or noiseless; numpy (a memory map too) or torch.
        labels: Integers, shape (n,).
        widths: Widths of fixed bins from 0, distinct.
        n_bins: Bins of three more binned entropies: fixed on ``bin_range``, per neuron and adaptive; None for none.
        bin_range: ``(low, high)`` or a bounded activation's name such as ``"tanh"``; None for the range of the data.
        weight: The classifier's weight, shape (K, d), if this layer feeds it: for NC3 and NC4.
        bias: The classifier's bias, shape (K,).
        bins: Bins of the histograms of distances and cosines.
        distance_range: Ends of the histogram of distances, to compare epochs; None for this layer's own.
        exact_pairs: Fill the histograms with all pairs; None: where that takes about 0.1 s.
        n_pairs: Pairs drawn of each kind where all pairs are too many; see :func:`distance_histograms`.
        neighbours: Neighbours of the Levina–Bickel dimension.
        max_points: Points of the intrinsic dimensions.
        seed: Seed of everything drawn; the same seed gives the same summary.

    Raises:
        TypeError: Not numeric.
        ValueError: Shapes do not match, or a setting is out of range.
        NonFiniteError: NaN or infinity.
    """
    rows = as_rows("representations", representations)
    values = as_class_values("labels", labels, n=rows.n)
    _checks.as_count("bins", bins)
    _checks.as_count("n_pairs", n_pairs)
    _checks.as_count("neighbours", neighbours, minimum=2)
    _checks.as_count("max_points", max_points, minimum=10)
    _checks.as_count("seed", seed, minimum=0)
    if distance_range is not None:
        as_range("distance_range", distance_range)
    if weight is None and bias is not None:
        raise ValueError("bias must come with a weight, got a bias alone")
    grids = summary_grids(rows, widths, n_bins, bin_range)
    moments = ClassMoments(covariance=False).update(rows, values)
    if weight is not None:
        check_classifier(weight, bias, moments)
    cosine_means = CosineMeans().update(rows, values)
    attempt = _Attempts()
    dimensions = attempt(
        "two_nn, levina_bickel", lambda: intrinsic_dimensions(rows, k=neighbours, max_points=max_points, seed=seed)
    )
    return ClusteringSummary(
        n=rows.n,
        d=rows.d,
        n_classes=moments.n_classes,
        n_smallest_class=int(moments.counts.min()),
        scatter_ratio=attempt("scatter_ratio", lambda: scatter_ratio(moments)),
        cdnv=attempt("cdnv", lambda: class_distance_normalised_variance(moments)),
        nc1=attempt("nc1", lambda: SubspaceScatter(moments).update(rows, values).result()),
        nc2=attempt("nc2", lambda: collapse_simplex(moments)),
        nc3=None if weight is None else attempt("nc3", lambda: collapse_self_duality(moments, weight)),
        nearest_centre=attempt(
            "nearest_centre", lambda: NearestCentre(moments, weight, bias).update(rows, values).result()
        ),
        spectrum=attempt("spectrum", lambda: covariance_spectrum(rows, seed=seed)),
        two_nn=dimensions and dimensions[0],
        levina_bickel=dimensions and dimensions[1],
        mean_sq_distance=attempt("mean_sq_distance", lambda: mean_squared_distances(moments)),
        mean_cosine=attempt("mean_cosine", cosine_means.result),
        n_zero_vectors=cosine_means.n_excluded,
        distances=attempt(
            "distances",
            lambda: distance_histograms(
                rows, values, bins=bins, distance_range=distance_range, exact=exact_pairs, n_pairs=n_pairs, seed=seed
            ),
        ),
        cosines=attempt(
            "cosines",
            lambda: cosine_histograms(rows, values, bins=bins, exact=exact_pairs, n_pairs=n_pairs, seed=seed),
        ),
        binned=binned_entropies(rows, grids, values),
        undefined=attempt.reasons,
    )


def summary_grids(rows: Rows, widths: Sequence[float], n_bins: int | None, bin_range: Any | None) -> list[Grid]:
    """Return the grids of a summary: one per width, then fixed, per neuron and adaptive with ``n_bins``.

    Raises:
        TypeError: Not numbers.
        ValueError: A width or the number of bins is out of range, or widths repeat.
    """
    grids = [fixed_grid(width=width) for width in widths]
    if len({grid.name for grid in grids}) < len(grids):
        raise ValueError(f"widths must be distinct, got {tuple(widths)}")
    if n_bins is not None:
        fixed = data_grid(rows, n_bins) if bin_range is None else fixed_grid(n_bins=n_bins, bin_range=bin_range)
        grids += [fixed, per_neuron_grid(rows, n_bins), adaptive_grid(rows, n_bins)]
    for grid in grids:
        grid.check(rows)
    return grids


class _Attempts:
    """Runs measures and keeps the reasons of those that are undefined for the samples."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}

    def __call__(self, name: str, measure: Callable[[], _T]) -> _T | None:
        try:
            return measure()
        except IllPosedError as error:
            self.reasons[name] = str(error)
            return None


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
