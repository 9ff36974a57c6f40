"""``infoflow estimate FILE``: intervals from saved activations.

A file holds arrays by name. For every layer NAME either ``centres/NAME`` (m, n, d) and ``fresh/NAME`` (m, r, d):
independent noiseless draws of S given each input, in a noisy network; or ``representations/NAME``, or just ``NAME``,
(m, d): the layer of a deterministic network, to which the noise is added here. With one layer ``/NAME`` may be left
out. ``labels`` (m,) are the classes of the inputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from infoflow import _checks
from infoflow._errors import ConfigError, LoadError
from infoflow._types import Array, IntArray, Mode
from infoflow.estimators.layers import LayerInterval, layered_information
from infoflow.experiments.activation_files import MAX_BYTES, Numbers, read_arrays
from infoflow.experiments.data.mat_child import printable

_KINDS = ("centres", "fresh", "representations")
_ONLY_LAYER = "layer"
_EXPECTED = (
    "expected centres/NAME (m, n, d) with fresh/NAME (m, r, d), or representations/NAME (m, d), and perhaps labels (m,)"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Activations:
    """What a file of activations holds, by layer, in the order of the file.

    Attributes:
        centres: Draws of S given each input, shape (m, n, d); (m, 1, d) for a layer in ``exact``.
        fresh: Independent draws, shape (m, r, d); none for a layer in ``exact``.
        exact: Layers of a deterministic network.
        labels: Classes 0..n_classes-1 of the inputs, shape (m,), or None.
    """

    centres: dict[str, Array]
    fresh: dict[str, Array]
    exact: frozenset[str]
    labels: IntArray | None

    @property
    def m(self) -> int:
        """Number of inputs."""
        return len(next(iter(self.centres.values())))


def load_activations(path: str | Path, *, max_bytes: int = MAX_BYTES) -> Activations:
    """Read saved activations; pickled objects and code are never run.

    Args:
        path: A file ending in ``.npz``, ``.pt``, ``.pth`` or ``.safetensors``, with the names given above.
        max_bytes: Largest size of all arrays together, as float64; checked before they are read.

    Raises:
        LoadError: The file is not that; the message says what was expected and what was found.
        NonFiniteError: NaN or infinity.
    """
    path = Path(path)
    arrays = read_arrays(path, _checks.as_count("max_bytes", max_bytes))
    labels = arrays.pop("labels", None)
    found: dict[str, dict[str, Array]] = {kind: {} for kind in _KINDS}
    for key, array in arrays.items():
        kind, name = _kind_and_layer(key, array)
        if name in found[kind] or (kind != "fresh" and name in found["centres"] | found["representations"]):
            raise LoadError(f"{path.name} must name every layer once, got {printable(name, 60)} twice; {_EXPECTED}")
        found[kind][name] = _as_draws(key, array, kind)
    _check_complete(path, found, arrays)
    order = dict.fromkeys(
        name for kind, name in (_kind_and_layer(key, arrays[key]) for key in arrays) if kind != "fresh"
    )
    centres = {name: (found["centres"] | found["representations"])[name] for name in order}
    m = len(next(iter(centres.values())))
    _check_inputs(path, m, centres | {f"fresh/{name}": draws for name, draws in found["fresh"].items()})
    return Activations(
        centres=centres,
        fresh=found["fresh"],
        exact=frozenset(found["representations"]),
        labels=None if labels is None else _labels(path, labels, m),
    )


def estimate_file(
    path: str | Path,
    beta: float | Mapping[str, float],
    *,
    confidence: float = 0.95,
    mode: Mode = "certified",
    queries_per_input: int | None = None,
    seed: int = 0,
    max_bytes: int = MAX_BYTES,
) -> list[LayerInterval]:
    """Return intervals of I(X;T_l), and of I(Y;T_l) where the file has labels, for the layers of a file.

    Every layer is measured by itself, ``T_l = S_l + N(0, beta² I)``, and nothing is tightened by data processing:
    layers of a deterministic network with noise added to each do not form a chain, and a file does not say whether
    others do.

    Args:
        path: As in :func:`load_activations`.
        beta: Noise standard deviation, > 0, one for all layers or one per layer.
        confidence: Probability with which all intervals of one quantity hold together.
        mode: ``"certified"`` or ``"asymptotic"``.
        queries_per_input: As in :func:`infoflow.input_information`.
        seed: Seed of the noise.
        max_bytes: As in :func:`load_activations`.

    Returns:
        One entry per quantity and layer, in nats.

    Raises:
        LoadError: As in :func:`load_activations`.
        NonFiniteError: As in :func:`load_activations`.
        ConfigError: ``beta`` lacks a layer of the file, or names another one.
        TypeError: As in :func:`infoflow.input_information`.
        ValueError: As in :func:`infoflow.input_information`.
        IllPosedError: ``beta <= 0``, or fresh draws that repeat the centres.
    """
    level = _checks.probability("confidence", confidence)
    if not isinstance(beta, Mapping):
        _checks.positive_beta(beta)
    saved = load_activations(path, max_bytes=max_bytes)
    betas = _betas(beta, saved)
    share = 1.0 - (1.0 - level) / len(saved.centres)
    result: list[LayerInterval] = []
    for index, (name, centres) in enumerate(saved.centres.items()):
        single = layered_information(
            {name: centres},
            {name: saved.fresh[name]} if name in saved.fresh else {},
            beta=betas[name],
            labels=saved.labels,
            confidence=share,
            modes=(mode,),
            exact=saved.exact & {name},
            queries_per_input=queries_per_input,
            tighten=False,
            seed=seed + index,
        )
        result += [LayerInterval(layer, replace(interval, confidence=level)) for layer, interval in single]
    return sorted(result, key=lambda entry: entry.interval.quantity)  # stable: layers stay in the order of the file


def _kind_and_layer(key: str, array: Numbers) -> tuple[str, str]:
    kind, _, name = key.partition("/")
    if kind in _KINDS:
        return kind, name or _ONLY_LAYER
    if array.ndim == 3:
        raise LoadError(
            f"{printable(key, 60)} must say what it is, got three axes {array.shape}: name it "
            f"centres/{printable(key, 60)} for draws (m, n, d), or representations/{printable(key, 60)}"
        )
    return "representations", key


def _as_draws(key: str, array: Numbers, kind: str) -> Array:
    name = printable(key, 60)
    if array.dtype.kind not in "fiub" or array.size == 0:
        raise LoadError(f"{name} must be a non-empty array of real numbers, got {array.dtype} of shape {array.shape}")
    if kind != "representations":
        if array.ndim != 3:
            raise LoadError(f"{name} must have shape (m, n, d), got {array.shape}; {_EXPECTED}")
        return _writable(_checks.as_float64(name, array, shape="m n d"))
    if array.ndim < 2:
        raise LoadError(f"{name} must have shape (m, d), got {array.shape}; {_EXPECTED}")
    return _writable(_checks.as_float64(name, array.reshape(len(array), 1, -1), shape="m n d"))


def _writable(array: Array) -> Array:
    """Return the array, or a copy where it is bytes of a file: torch wants memory that may be written to."""
    return array if array.flags.writeable else array.copy()


def _check_complete(path: Path, found: dict[str, dict[str, Array]], arrays: Mapping[str, Numbers]) -> None:
    missing = [name for name in found["centres"] if name not in found["fresh"]]
    alone = [name for name in found["fresh"] if name not in found["centres"]]
    if missing or alone or not (found["centres"] or found["representations"]):
        names = ", ".join(f"{printable(key, 60)} {array.shape}" for key, array in arrays.items()) or "labels only"
        raise LoadError(f"{path.name} must hold draws in pairs, or representations: {_EXPECTED}; got {names}")
    for name, draws in found["fresh"].items():
        d = found["centres"][name].shape[2]
        if draws.shape[2] != d:
            raise LoadError(f"fresh/{printable(name, 60)} must have d = {d} as centres have, got shape {draws.shape}")


def _check_inputs(path: Path, m: int, arrays: Mapping[str, Array]) -> None:
    others = {printable(name, 60): len(array) for name, array in arrays.items() if len(array) != m}
    if others:
        raise LoadError(f"{path.name} must have the same {m} inputs in every array, got {others}")


def _labels(path: Path, labels: Numbers, m: int) -> IntArray:
    try:
        return _checks.as_labels("labels", labels, m=m)
    except (TypeError, ValueError) as error:
        raise LoadError(f"{path.name}: {error}") from None


def _betas(beta: float | Mapping[str, float], saved: Activations) -> dict[str, float]:
    names = ", ".join(printable(name, 60) for name in saved.centres)
    if not isinstance(beta, Mapping):
        return dict.fromkeys(saved.centres, beta)
    if set(beta) != set(saved.centres):
        raise ConfigError(f"beta must give a value for each of {names}, got {', '.join(map(str, beta)) or 'none'}")
    return dict(beta)
