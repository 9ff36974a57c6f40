"""The settings of the experiments with images, checked when they are made; torch is not imported here."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from infoflow._errors import ConfigError
from infoflow.experiments import config

PROBLEMS = ("mnist", "digits")
NOISES = ("gaussian", "dropout", "none")
AUGMENTATIONS = ("affine", "none")


@dataclass(frozen=True, kw_only=True)
class ImageConfig:
    """All settings of an experiment with images; the defaults are those of the paper's MNIST network.

    Raises:
        ConfigError: A value is of the wrong type or out of its range.
        IllPosedError: ``beta <= 0``; a network without noise has ``noise="none"``.

    Source: [G19] section 5 and supplement; everything from ``measured_inputs`` on is infoflow's own.
    """

    problem: str = config._setting("mnist", "the data: mnist, or scikit-learn's digits on its canvas", choices=PROBLEMS)
    data: str = config._setting("", "folder of the data's files; empty for the cache that infoflow data mnist fills")
    noise: str = config._setting("gaussian", "what disturbs the three hidden layers in training", choices=NOISES)
    beta: float = config._setting(0.1, "standard deviation of the noise, where it is gaussian", above=0)
    dropout: float = config._setting(
        0.2, "probability of dropping an element, where that is the noise", above=0, below=1
    )
    epochs: int = config._setting(128, "epochs of training", least=1)
    batch_size: int = config._setting(32, "images per step", least=2)
    lr: float = config._setting(5e-3, "learning rate of the first step", above=0)
    lr_end: float = config._setting(5e-4, "learning rate of the last step, reached geometrically", above=0)
    augmentation: str = config._setting("affine", "random maps of the training images", choices=AUGMENTATIONS)
    n_train: int = config._setting(0, "training images used, the first ones; 0 for all", least=0)
    n_test: int = config._setting(0, "test images used, the first ones; 0 for all", least=0)
    seed: int = config._setting(0, "the seed of everything random", least=0)
    checkpoints: int = config._setting(3, "measured epochs, log-spaced from 1; epoch 0 comes on top", least=1)
    history: int = config._setting(16, "epochs at which losses are recorded, log-spaced", least=1)
    noisy_passes: int = config._setting(1, "passes over the test images with noise on, to count errors", least=1)
    measured_inputs: int = config._setting(1000, "test images whose pairs are measured", least=2)
    kept_inputs: int = config._setting(100, "of these, how many have their representations stored", least=0)
    information_inputs: int = config._setting(
        200, "of these, how many X is uniform on for I(X;T); 0: not measured", least=0
    )
    n: int = config._setting(4, "centres per image of the estimator", least=1)
    r: int = config._setting(4, "fresh draws per image for the lower end", least=1)
    confidence: float = config._setting(0.95, "probability that all intervals of an epoch hold", above=0, below=1)
    threads: int = config._setting(1, "threads of training and measuring; more of them change the last digits", least=1)

    def __post_init__(self) -> None:
        """Check every value."""
        for spec in dataclasses.fields(self):
            value = config._of_type(spec.name, spec.type, getattr(self, spec.name))
            config._within(spec.name, spec.metadata["setting"], value)
            object.__setattr__(self, spec.name, value)
        for name in ("kept_inputs", "information_inputs"):
            if getattr(self, name) > self.measured_inputs:
                raise ConfigError(
                    f"{name} must be at most measured_inputs ({self.measured_inputs}), got {getattr(self, name)}"
                )

    def changed(self, **changes: Any) -> Self:
        """Return a copy with some settings changed.

        Raises:
            ConfigError: An unknown setting (the nearest names are given), or a value of the wrong type or range.
        """
        known = [spec.name for spec in dataclasses.fields(self)]
        for name in changes:
            if name not in known:
                raise ConfigError(f"setting must be one that exists, got {name!r}{config.nearest(name, known)}")
        return dataclasses.replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as values that JSON can hold."""
        return dataclasses.asdict(self)
