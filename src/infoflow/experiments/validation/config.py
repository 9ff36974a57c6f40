"""The settings of the experiments that check estimators; torch is not imported here."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from infoflow._errors import ConfigError, IllPosedError
from infoflow.experiments import config

_MAY_REPEAT = ("hidden",)
"""Lists that are no axis of the cases."""


def _setting(default: Any, meaning: str, **rules: Any) -> Any:
    return config._setting(default, meaning, **rules)


def _confidence() -> Any:
    return _setting(0.95, "probability that an interval covers the truth, each by itself", above=0, below=1)


@dataclass(frozen=True, kw_only=True)
class ValidationConfig:
    """What all experiments of this kind share; each problem is a class of its own, with the settings it has.

    Raises:
        ConfigError: A value is of the wrong type or out of its range, or a list is empty or repeats a value.
        IllPosedError: A noise of ``betas`` is not above 0.
    """

    problem: str
    seed: int = _setting(0, "the seed of everything random", least=0)
    threads: int = _setting(0, "threads of torch; 0 for all cores", least=0)

    def __post_init__(self) -> None:
        """Check every value."""
        for spec in dataclasses.fields(self):
            value = config._of_type(spec.name, spec.type, getattr(self, spec.name))
            if (
                isinstance(value, tuple)
                and spec.name not in _MAY_REPEAT
                and (not value or len(set(value)) < len(value))
            ):
                raise ConfigError(f"{spec.name} must be different numbers and at least one, got {list(value)}")
            if spec.name == "betas" and min(value) <= 0:
                raise IllPosedError(f"betas must be greater than 0, got {min(value):g}: there is nothing to smooth")
            config._within(spec.name, spec.metadata["setting"], value)
            object.__setattr__(self, spec.name, value)

    def changed(self, **changes: Any) -> Self:
        """Return a copy with some settings changed.

        Raises:
            ConfigError: An unknown setting (the nearest names are given), or a value of the wrong type or range.
        """
        config.check_names(changes, type(self))
        return dataclasses.replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as values that JSON can hold."""
        values = dataclasses.asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@dataclass(frozen=True, kw_only=True)
class CornersConfig(ValidationConfig):
    """Entropy of 2^d modes at the corners of a cube: the plug-in, its interval, and perhaps other estimators, over n.

    Source: [G18] section VI; intervals, numbers of draws and limits are infoflow's own.
    """

    problem: str = _setting("corners", "modes at the corners of a cube, under noise", choices=("corners",))
    dimensions: tuple[int, ...] = _setting((5, 10, 15), "dimensions", least=1)
    betas: tuple[float, ...] = _setting((0.05, 0.1, 0.2), "standard deviations of the noise", above=0)
    mode_sd: float = _setting(0.02, "standard deviation of a mode before truncation to the cube", above=0)
    sizes: tuple[int, ...] = _setting((10, 100, 1000, 10_000, 100_000), "numbers n of samples", least=2)
    replicates: int = _setting(1, "independent samples of each size", least=1)
    interval_draws: int = _setting(2000, "fresh samples for the certified interval; 0: no interval", least=0)
    others: str = _setting("off", "also Kozachenko-Leonenko and kernel density", choices=config.SWITCH)
    neighbours: int = _setting(3, "k of Kozachenko-Leonenko", least=1)
    nearest_neighbour_limit: int = _setting(100_000, "largest n that Kozachenko-Leonenko is given", least=0)
    kernel_density_limit: int = _setting(20_000, "largest n that the kernel density is given", least=0)
    confidence: float = _confidence()


@dataclass(frozen=True, kw_only=True)
class MonteCarloConfig(ValidationConfig):
    """Root-mean-square error of the Monte-Carlo integral of a fixed mixture's entropy, over n_mc.

    Source: [G18] section VI and Theorem 5; the mixtures are infoflow's own choice.
    """

    problem: str = _setting("monte-carlo", "the integral of a mixture's entropy", choices=("monte-carlo",))
    dimensions: tuple[int, ...] = _setting((5, 10, 15), "dimensions", least=1)
    betas: tuple[float, ...] = _setting((0.1,), "standard deviations of the noise", above=0)
    mode_sd: float = _setting(0.02, "standard deviation of a mode before truncation to the cube", above=0)
    n: int = _setting(20, "centres of a mixture", least=1)
    n_mc: tuple[int, ...] = _setting((1, 4, 16, 64, 256), "noise draws per centre", least=1)
    replicates: int = _setting(2000, "repetitions of the published integral", least=2)
    own_replicates: int = _setting(200, "repetitions of infoflow's form of it", least=2)


@dataclass(frozen=True, kw_only=True)
class ReedMullerConfig(ValidationConfig):
    """I(X;T) of Reed-Muller codes of all words RM(m,m) through Gaussian noise, over the noise.

    Source: [G18] section VI and [G19] section 5; the intervals are infoflow's own.
    """

    problem: str = _setting("reed-muller", "all words of a length, over Gaussian noise", choices=("reed-muller",))
    log_lengths: tuple[int, ...] = _setting((3, 4, 5), "binary logarithms m of the length", least=0, most=8)
    betas: tuple[float, ...] = _setting((0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0), "noise", above=0)
    sizes: tuple[int, ...] = _setting((100, 1000, 10_000), "numbers n of sampled codewords", least=2)
    replicates: int = _setting(1, "independent samples of each size", least=1)
    interval_draws: int = _setting(2000, "fresh codewords for the certified interval; 0: no interval", least=0)
    enumerated: int = _setting(3, "largest m whose words are all enumerated, for a second interval", least=-1, most=4)
    confidence: float = _confidence()


@dataclass(frozen=True, kw_only=True)
class SpiralEntropyConfig(ValidationConfig):
    """Entropy of the last noisy layer of the trained network of the experiment ``spiral``, over n; no exact value.

    The settings up to ``epochs`` are those of the network; at equal values and seed it is the network of ``spiral``.

    Raises:
        ConfigError: ``neighbours`` is not less than every size.

    Source: [G18] section VI (the spiral); the optimiser's settings, intervals and limits are infoflow's own.
    """

    problem: str = _setting("spiral-entropy", "last layer of a network of the spiral", choices=("spiral-entropy",))
    n_inputs: int = _setting(600, "inputs", least=3)
    n_train: int = _setting(480, "training examples; 0: all", least=0)
    hidden: tuple[int, ...] = _setting((8, 9, 10), "widths of the noisy tanh layers; the last is measured", least=1)
    beta: float = _setting(0.2, "standard deviation of the noise after every hidden layer", above=0)
    batch_size: int = _setting(32, "examples per step", least=1)
    lr: float = _setting(2e-3, "learning rate of Adam", above=0)
    epochs: int = _setting(1000, "epochs of training", least=1)
    sizes: tuple[int, ...] = _setting((10, 100, 1000, 10_000, 100_000), "numbers n of samples", least=2)
    replicates: int = _setting(1, "independent samples of each size", least=1)
    interval_draws: int = _setting(2000, "fresh samples for the certified interval; 0: no interval", least=0)
    neighbours: int = _setting(3, "k of Kozachenko-Leonenko", least=1)
    nearest_neighbour_limit: int = _setting(100_000, "largest n that Kozachenko-Leonenko is given", least=0)
    confidence: float = _confidence()

    def __post_init__(self) -> None:
        """Check every value."""
        super().__post_init__()
        if self.neighbours >= min(self.sizes):
            raise ConfigError(f"neighbours must be less than every size, got {self.neighbours} and {min(self.sizes)}")


KINDS: dict[str, Callable[[], ValidationConfig]] = {
    "corners": CornersConfig,
    "monte-carlo": MonteCarloConfig,
    "reed-muller": ReedMullerConfig,
    "spiral-entropy": SpiralEntropyConfig,
}
"""The class of the settings of each problem."""
