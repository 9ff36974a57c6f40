"""The settings of an experiment, checked when they are made; torch is not imported here."""

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any, Self

from infoflow._errors import ConfigError, IllPosedError

ACTIVATIONS = ("tanh", "relu", "leaky_relu", "linear")
OPTIMIZERS = ("adam", "sgd")
PROBLEMS = ("szt", "neuron", "leaky-pair", "neurons", "spiral")
HEADS = ("linear", "none")
LOSSES = ("cross_entropy", "squared")
LABELS = ("true", "shuffled")
SWITCH = ("on", "off")


@dataclass(frozen=True)
class Setting:
    """What one setting may be: a sentence of help, bounds (inclusive unless ``above``), or choices."""

    meaning: str
    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()


def _setting(default: Any, meaning: str, **rules: Any) -> Any:
    return field(default=default, metadata={"setting": Setting(meaning, **rules)})


@dataclass(frozen=True, kw_only=True)
class ExperimentConfig:
    """All settings of an experiment; the defaults are those of the paper's 12-bit tanh run.

    Raises:
        ConfigError: A value is of the wrong type or out of its range.
        IllPosedError: ``beta <= 0``.

    Source: [G19] section 5 and its published code; the estimator's settings (n, r, queries_per_input, confidence) are
    infoflow's own.
    """

    problem: str = _setting("szt", "the data: inputs, labels and their split", choices=PROBLEMS)
    data: str = _setting("", "path of the data's file or folder; empty where it is generated")
    labels: str = _setting("true", "the problem's labels, or those shuffled over the inputs", choices=LABELS)
    n_inputs: int = _setting(0, "inputs of a problem that can have any number; 0 for its own", least=0)
    hidden: tuple[int, ...] = _setting((10, 7, 5, 4, 3), "widths of the noisy hidden layers", least=1)
    activation: str = _setting("tanh", "activation of the hidden layers", choices=ACTIVATIONS)
    head: str = _setting("linear", "what follows the hidden layers; none: the last one is the output", choices=HEADS)
    start: tuple[float, ...] = _setting((), "first values of all parameters in order; empty for PyTorch's own")
    beta: float = _setting(0.005, "standard deviation of the noise after every hidden layer", above=0)
    train_noise: str = _setting("on", "noise in training; off: added only to measure", choices=SWITCH)
    n_train: int = _setting(3277, "training examples, the rest is the test set; 0: all, which are both", least=0)
    epochs: int = _setting(10_000, "epochs of training", least=1)
    passes: int = _setting(1, "passes through the training set that make an epoch", least=1)
    batch_size: int = _setting(256, "examples per step", least=1)
    loss: str = _setting("cross_entropy", "what is minimised", choices=LOSSES)
    optimizer: str = _setting("adam", "optimiser", choices=OPTIMIZERS)
    lr: float = _setting(4e-4, "learning rate", above=0)
    lr_drop: float = _setting(1.0, "divides the learning rate once lr_drop_accuracy is reached; 1 for never", least=1)
    lr_drop_accuracy: float = _setting(0.99, "training accuracy without noise that drops it", above=0, most=1)
    orthonormal: float = _setting(
        0.0, "alpha of W <- W - alpha (W Wt W - W) after every step; all layers but the last", least=0
    )
    seed: int = _setting(0, "the seed of everything random", least=0)
    checkpoints: int = _setting(84, "estimated epochs, log-spaced from 1 to the last; epoch 0 comes on top", least=1)
    history: int = _setting(200, "epochs at which losses are recorded, log-spaced, besides the estimated ones", least=1)
    n: int = _setting(64, "centres per input of the estimator", least=1)
    r: int = _setting(10, "fresh draws per input for the lower end", least=1)
    queries_per_input: int = _setting(0, "points per input for the upper end; 0 for as many as fresh draws", least=0)
    confidence: float = _setting(0.95, "probability that an interval covers the truth", above=0, below=1)
    kept_inputs: int = _setting(1024, "inputs whose representations are stored at every estimated epoch", least=0)
    threads: int = _setting(0, "threads of the estimation; 0 for all cores", least=0)

    def __post_init__(self) -> None:
        """Check every value."""
        for spec in dataclasses.fields(self):
            value = _of_type(spec.name, spec.type, getattr(self, spec.name))
            _within(spec.name, spec.metadata["setting"], value)
            object.__setattr__(self, spec.name, value)

    def changed(self, **changes: Any) -> Self:
        """Return a copy with some settings changed.

        Raises:
            ConfigError: An unknown setting, or a value of the wrong type or range.
        """
        check_names(changes)
        return dataclasses.replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as values that JSON can hold."""
        values = dataclasses.asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def setting_types(kind: type | None = None) -> dict[str, Any]:
    """Return the type of every setting of a kind of configuration, by name; of :class:`ExperimentConfig` by default."""
    return {spec.name: spec.type for spec in dataclasses.fields(kind or ExperimentConfig)}


def check_names(names: Any, kind: type | None = None) -> None:
    """Raise ``ConfigError`` with the nearest names for the first of ``names`` that is no setting."""
    known = list(setting_types(kind))
    for name in names:
        if name not in known:
            raise ConfigError(f"setting must be one that exists, got {name!r}{nearest(name, known)}")


def nearest(name: str, known: list[str]) -> str:
    """Return ``" (nearest: …)"`` for a mistyped name; all names where none is close."""
    import difflib

    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f" (nearest: {', '.join(close)})" if close else f" (known: {', '.join(known)})"


def _of_type(name: str, kind: Any, value: Any) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind is float and isinstance(value, float) and math.isfinite(value):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str):
        return value
    if kind == tuple[int, ...] and isinstance(value, list | tuple) and value:
        return tuple(_of_type(name, int, item) for item in value)
    if kind == tuple[float, ...] and isinstance(value, list | tuple):
        return tuple(_of_type(name, float, item) for item in value)
    raise ConfigError(f"{name} must be {type_phrase(kind)}, got {value!r}")


def type_phrase(kind: Any) -> str:
    """Return the type of a setting in words."""
    words = {int: "an integer", float: "a finite number", str: "text", tuple[int, ...]: "integers separated by commas"}
    return words.get(kind, "numbers separated by commas")


def _within(name: str, rule: Setting, value: Any) -> None:
    if rule.choices and value not in rule.choices:
        raise ConfigError(f"{name} must be one of {', '.join(rule.choices)}, got {value!r}")
    for number in value if isinstance(value, tuple) else (value,):
        if rule.least is not None and number < rule.least:
            raise ConfigError(f"{name} must be at least {rule.least:g}, got {number:g}")
        if rule.most is not None and number > rule.most:
            raise ConfigError(f"{name} must be at most {rule.most:g}, got {number:g}")
        if rule.above is not None and number <= rule.above:
            _refuse_low(name, rule.above, number)
        if rule.below is not None and number >= rule.below:
            raise ConfigError(f"{name} must be less than {rule.below:g}, got {number:g}")


def _refuse_low(name: str, bound: float, number: float) -> None:
    if name == "beta":
        raise IllPosedError(
            f"beta must be greater than 0, got {number:g}: without noise I(X;T) is constant or infinite, whatever the "
            "weights"
        )
    raise ConfigError(f"{name} must be greater than {bound:g}, got {number:g}")
