"""The list of comparators: what each estimates, when it says nothing, and where it comes from."""

from dataclasses import dataclass

from infoflow import _checks
from infoflow._result import Status
from infoflow.comparators.comparison import Comparison


@dataclass(frozen=True, kw_only=True)
class Comparator:
    """An estimator of the list.

    Attributes:
        name: Its name in results and in ``names`` of :func:`infoflow.comparators.compare`.
        title: The name people know it by.
        quantities: What it gives, separated by commas.
        input: Which activations it is given: noiseless S, or noisy T.
        estimates: A sentence: what its values approach, or bound.
        vacuous: A sentence: when its values say nothing about the network.
        source: Where it comes from.
        home: The functions that compute it.
    """

    name: str
    title: str
    quantities: str
    input: str
    estimates: str
    vacuous: str
    source: str
    home: str


_PAIRWISE = Comparator(
    name="pairwise",
    title="Pairwise distances (Kolchinsky–Tracey)",
    quantities="h(T), I(X;T), I(Y;T)",
    input="S, with the noise known",
    estimates=(
        "a deterministic lower (Bhattacharyya) or upper (Kullback-Leibler) bound at the given noise, X uniform on the "
        "rows; the form 'difference' of I(Y;T) subtracts upper bounds, as in published information planes: no bound"
    ),
    vacuous=(
        "an upper bound at ln m (or H(Y)) with a lower bound far below; with noise that the network does not have it "
        "describes the noise chosen, not the network"
    ),
    source="Kolchinsky & Tracey, Entropy 2017, (10); Saxe et al., ICLR 2018, for the difference",
    home="infoflow.comparators.pairwise_entropy, pairwise_information",
)
_NEAREST_NEIGHBOUR = Comparator(
    name="nearest_neighbour",
    title="Kozachenko–Leonenko",
    quantities="h(T), I(X;T), I(Y;T)",
    input="T",
    estimates="h(T) from distances to the k-th nearest sample; I(X;T) = h(T) - h(Z), for S a function of X",
    vacuous=(
        "-inf where samples coincide (no density); in more than a few dimensions n samples do not resolve the noise, "
        "and the bias, O((k/n)^(2/d)) at best, is nats large"
    ),
    source="Kozachenko & Leonenko, Probl. Inf. Transm. 1987; Kraskov et al., PRE 2004, (20), for k > 1",
    home="infoflow.comparators.nearest_neighbour_entropy, nearest_neighbour_information",
)
_KERNEL_DENSITY = Comparator(
    name="kernel_density",
    title="Cross-validated kernel density",
    quantities="h(T), I(X;T), I(Y;T)",
    input="T",
    estimates=(
        "h(T) by a Gaussian kernel density whose bandwidth is cross-validated and does not know beta; "
        "I(X;T) = h(T) - h(Z), for S a function of X"
    ),
    vacuous=(
        "a bandwidth at the edge of its range (coincident samples drive it to zero and h to -inf); in high dimension "
        "the bias is nats large"
    ),
    source="Beirlant et al., Nonparametric entropy estimation, 1997",
    home="infoflow.comparators.kernel_density_entropy, kernel_density_information",
)
_KSG = Comparator(
    name="ksg",
    title="Kraskov–Stögbauer–Grassberger",
    quantities="I(X;T)",
    input="inputs X and T",
    estimates="I(X;T) of continuous X and T with a joint density, from counts of neighbours",
    vacuous=(
        "near its ceiling ψ(n) - ψ(k), about ln(n/k), which a larger truth cannot pass; discrete inputs or coincident "
        "samples, where distances tie and the derivation does not hold"
    ),
    source="Kraskov, Stögbauer & Grassberger, PRE 2004, (8) and (9)",
    home="infoflow.comparators.ksg_information",
)
_MIXED = Comparator(
    name="mixed_neighbours",
    title="Ross",
    quantities="I(Y;T)",
    input="T and labels Y",
    estimates="I(Y;T) of a discrete Y and a continuous T, from counts of neighbours",
    vacuous="classes of k samples or fewer; coincident samples; high dimension, where all distances are alike",
    source="Ross, PLoS ONE 2014",
    home="infoflow.comparators.mixed_neighbours_information",
)
_HASHING = Comparator(
    name="hashing",
    title="Dependence graph of hashes (EDGE-like)",
    quantities="I(X;T), I(Y;T)",
    input="T, and inputs X or labels Y",
    estimates="the information of hashed (binned) variables, over an ensemble of bin widths",
    vacuous="where every sample has a bucket of its own, the value is ln n (or H(Y)) whatever the network does",
    source="Noshad, Zeng & Hero, ICASSP 2019 (arXiv 1801.09125)",
    home="infoflow.comparators.hashing_information",
)
_RENYI = Comparator(
    name="renyi",
    title="Matrix-based Rényi",
    quantities="S_alpha(T), I_alpha(X;T), I_alpha(Y;T)",
    input="S",
    estimates=(
        "a function of a kernel matrix's eigenvalues at the chosen bandwidth: a quantity of its own, not Shannon's "
        "information and not an estimate of it"
    ),
    vacuous="a bandwidth below the spacing of the samples gives ln n, one above their spread gives 0, always",
    source="Sánchez Giraldo, Rao & Príncipe, IEEE T-IT 2015; Yu et al., IEEE TPAMI 2020",
    home="infoflow.comparators.renyi_entropy, renyi_information",
)
_QUANTISED = Comparator(
    name="quantised",
    title="Exact counting for quantised activations",
    quantities="I(X;T), I(Y;T)",
    input="quantised rows T",
    estimates=(
        "I(X;T) = H(T) and I(Y;T) exactly, if the rows are those of a quantised network and hold every input once; "
        "rows rounded afterwards measure the rounding of that one layer"
    ),
    vacuous="all rows distinct: I(X;T) = ln m and I(Y;T) = H(Y) whatever the weights",
    source="Lorenzen, Igel & Nielsen, ICLR 2022",
    home="infoflow.comparators.quantised_information, quantise",
)
_BINNED = Comparator(
    name="binned",
    title="Binning",
    quantities="H(Bin(T)), I(Y;Bin(T))",
    input="S",
    estimates="the entropy of the binned representation, a measure of clustering: not I(X;T) of the network",
    vacuous="H(Bin(T)) = ln m as soon as bins are narrow enough to tell all inputs apart",
    source="Shwartz-Ziv & Tishby, 2017 (30 bins on [-1, 1]); Saxe et al., ICLR 2018 (width .07, per neuron)",
    home="infoflow.clustering.binned_entropy",
)
_SLICED = Comparator(
    name="sliced",
    title="Sliced information (k = 1, k)",
    quantities="SI_k(X;T), SI_k(Y;T)",
    input="centres and fresh draws of S",
    estimates="the average of I(X;PT) over random k-dimensional projections P, with an interval; at most I(X;T)",
    vacuous="its interval is from 0 to its ceiling; it says nothing about I(X;T) from above, nor obeys data processing",
    source="Goldfeld & Greenewald, NeurIPS 2021 and 2022",
    home="infoflow.sliced_information",
)

COMPARATORS: dict[str, Comparator] = {
    comparator.name: comparator
    for comparator in (
        _PAIRWISE,
        _NEAREST_NEIGHBOUR,
        _KERNEL_DENSITY,
        _KSG,
        _MIXED,
        _HASHING,
        _RENYI,
        _QUANTISED,
        _BINNED,
        _SLICED,
    )
}
"""Every comparator by name, those of other modules (binned, sliced) included."""


def listed(
    name: str,
    quantity: str,
    nats: float,
    *,
    n: int,
    d: int,
    form: str = "",
    status: Status = Status.OK,
    message: str = "",
) -> Comparison:
    """Return a :class:`Comparison` with the sentences of the list, such as for a binned entropy computed elsewhere.

    Args:
        name: A name of ``COMPARATORS``.
        quantity: What is estimated, such as ``"H(Bin(T))"``.
        nats: The value, in nats.
        n: Samples.
        d: Dimension of the representation.
        form: Variant and settings.
        status: See :class:`infoflow.Status`.
        message: The status as a sentence.

    Raises:
        ValueError: No such name.
    """
    _checks.one_of("name", name, tuple(COMPARATORS))
    return Comparison(
        quantity=quantity,
        nats=float(nats),
        n=n,
        d=d,
        estimator=name,
        form=form,
        estimates=COMPARATORS[name].estimates,
        status=status,
        message=message,
    )
