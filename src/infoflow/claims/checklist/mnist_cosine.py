"""Claim 15: representations of one digit turn towards each other, in noisy and in deterministic networks."""

from infoflow._errors import LoadError
from infoflow.claims import images, statistics
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.experiments.images.cnn import LAYERS
from infoflow.runs import Run

_VARIANTS = ("deterministic", "beta=0.1")
_FIRST, _LAST = LAYERS[0], LAYERS[-1]


def _check(context: Context) -> Measurement:
    try:
        images.image_table(context)
    except (LoadError, ImportError) as error:
        return Measurement(values=[], notes=[f"No images: {error}"])
    runs = images.image_runs(context)
    values = [value for name in _VARIANTS for run in runs[name] for value in _values(run, name)]
    note = (
        f"{images.described(context)} Mean cosine over pairs of {images.image_config(context).measured_inputs} test "
        "images; from the initialisation to the end of training."
    )
    return Measurement(values=values, seeds=context.seeds, notes=[note], stand_in=images.stand_in(context))


def _values(run: Run, variant: str) -> list[Measured]:
    name = f"{variant}, seed {run.manifest['seed']}"
    values: list[Measured] = []
    for layer in LAYERS:
        before, after = _ends(run, layer, "within_cosine")
        key = "last layer" if layer == _LAST else "other layers"
        values.append(_exact(key, after - before, f"{name}, {layer}: {before:.3f} to {after:.3f}"))
    within, between = _ends(run, _LAST, "within_cosine"), _ends(run, _LAST, "between_cosine")
    gaps = [within[k] - between[k] for k in (0, 1)]
    depth = within[1] - _ends(run, _FIRST, "within_cosine")[1]
    return [*values, _exact("depth", depth, name), _exact("separation", gaps[1] - gaps[0], f"{name}, {_LAST}")]


def _exact(key: str, value: float, label: str) -> Measured:
    return statistics.exact(key, value, how="exact for these images", label=label)


def _ends(run: Run, layer: str, measure: str) -> tuple[float, float]:
    """Return a measure before training and at its end."""
    rows = run.measures
    rows = rows[(rows["layer"] == layer) & (rows["measure"] == measure)].sort_values("epoch")
    return float(rows["value"].iloc[0]), float(rows["value"].iloc[-1])


CLAIM = Claim(
    number=15,
    title="MNIST: within-class cosine grows",
    claimed=(
        "Representations of one class turn towards each other with training and depth, in noisy and in deterministic "
        "networks alike."
    ),
    source="G19 section 5",
    criteria=(
        Criterion(key="last layer", text=f"change of the mean within-class cosine, {_LAST}", least=0.05, unit=""),
        Criterion(key="depth", text=f"within-class cosine at the end, {_LAST} less {_FIRST}", least=0.0, unit=""),
        Criterion(
            key="separation",
            text="change of within-class less between-class cosine, last layer",
            least=0.05,
            unit="",
        ),
        Criterion(key="other layers", text="change of the mean within-class cosine", unit=""),
    ),
    check=_check,
    needs_data=True,
    per_seed=True,
)
