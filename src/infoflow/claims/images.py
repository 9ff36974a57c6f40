"""The image runs that two claims share: a network per noise and seed, on MNIST or on the bundled digits."""

from pathlib import Path
from typing import TYPE_CHECKING

from infoflow.claims.context import Context
from infoflow.experiments.images import ImageConfig
from infoflow.experiments.images.table import DETERMINISTIC, REDUCED, mnist_table, variants
from infoflow.runs import Run, load_run

if TYPE_CHECKING:
    import pandas as pd

BETAS = (0.05, 0.1, 0.2, 0.5)


def image_config(context: Context) -> ImageConfig:
    """Return the settings of the image runs: all of MNIST with reduced epochs, or scikit-learn's digits."""
    if context.quick:
        return REDUCED.changed(problem="digits", epochs=5, measured_inputs=200, information_inputs=0, kept_inputs=0)
    data = "" if context.data is None else str(context.data)
    return REDUCED.changed(data=data)


def image_table(context: Context) -> "pd.DataFrame":
    """Return the table of all variants; runs that exist are not made again.

    Raises:
        LoadError: The images are missing, partial or altered.
    """
    return mnist_table(
        image_folder(context),
        betas=BETAS,
        seeds=context.seeds,
        config=image_config(context),
        listener=context.listener,
        tell=lambda line: context.say(f"  {line}"),
    )


def image_folder(context: Context) -> Path:
    """Return the folder of the image runs."""
    return context.runs / f"images-{context.variant}"


def image_runs(context: Context) -> dict[str, list[Run]]:
    """Return the runs that :func:`image_table` made, by variant, one for each seed."""
    folder = image_folder(context)
    names = variants(image_config(context), BETAS)
    return {name: [load_run(folder / name / f"seed{seed}") for seed in context.seeds] for name in names}


def stand_in(context: Context) -> str:
    """Return what the quick runs stand on in the place of MNIST; empty for MNIST itself."""
    return "scikit-learn's 8 x 8 digits in the place of MNIST" if context.quick else ""


def described(context: Context) -> str:
    """Return the settings as a sentence."""
    config = image_config(context)
    data = "MNIST, 60000 and 10000 images" if config.problem == "mnist" else "scikit-learn's digits, 1437 and 360"
    return (
        f"{data}; {config.epochs} epochs in the place of 128, learning rate {config.lr:g} to {config.lr_end:g}, "
        f"batch {config.batch_size}, affine augmentation, {len(context.seeds)} seeds in the place of 8."
    )


__all__ = [
    "BETAS",
    "DETERMINISTIC",
    "described",
    "image_config",
    "image_folder",
    "image_runs",
    "image_table",
    "stand_in",
]
