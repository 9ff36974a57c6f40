"""The table of the paper's MNIST experiment: errors of every variant over seeds, and how aligned its layers stay."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoflow._types import Array
from infoflow.experiments.images.alignment import Alignment, cosines_to_noiseless, peak
from infoflow.experiments.images.cnn import LAYERS, OUTPUT
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.images.measuring import ERRORS, NOISY_ERRORS
from infoflow.experiments.images.run import run_images
from infoflow.experiments.progress import Listener
from infoflow.runs import ArrayStore, Run, atomic, load_run
from infoflow.runs.arrays import save_array

if TYPE_CHECKING:
    import pandas as pd

BETAS = (0.05, 0.1, 0.2, 0.5)
REDUCED = ImageConfig(epochs=6, lr=0.05, lr_end=5e-4, checkpoints=1, history=3)
"""The paper's network and data with 6 epochs for 128, at ten times its first learning rate."""
TABLE_NAME = "table.json"
DETERMINISTIC = "deterministic"


def mnist_table(
    out: str | Path,
    *,
    betas: Sequence[float] = BETAS,
    seeds: Sequence[int] = (0,),
    config: ImageConfig = REDUCED,
    listener: Listener | None = None,
    tell: Callable[[str], None] = lambda line: None,
    **settings: Any,
) -> "pd.DataFrame":
    """Train the deterministic network, one per beta and one with dropout, for every seed, and return their table.

    Runs lie in ``out/deterministic/seed0``, ``out/beta=0.05/seed0``, ``out/dropout=0.2/seed0`` and so on; those that
    are finished are not made again, and one that was broken off goes on. Cosines are those of all test images with the
    deterministic run of the same seed (``out/cosines``). The table is also written to ``out/table.json``.

    Args:
        out: Folder of the runs; it may exist.
        betas: Noise standard deviations.
        seeds: Seeds.
        config: Settings of all runs; seed, noise and beta are replaced.
        listener: Hears of the progress of each run.
        tell: Hears a line when a run starts.
        settings: Further changes of the settings, such as ``epochs`` and ``data``.

    Returns:
        A row per variant. Columns: variant, noise, beta, n_seeds; errors and errors_sd over seeds (noise off; s.d. NaN
        for one seed), noisy_errors and noisy_errors_sd (noise on), n_test; peak_T1 … peak_L4 and median_T1 … (cosine to
        the noiseless model, noise on), plain_peak_T1 … and plain_median_T1 … (noise off), all of the cosines of all
        seeds together; seconds, of training, per run.

    Raises:
        RunFolderError: ``out`` holds a run with other settings.
        LoadError: The data are missing, partial or altered.
        ConfigError: A setting is unknown or out of range.
    """
    import pandas as pd

    folder, base = Path(out), config.changed(**settings)
    rows: list[dict[str, Any]] = []
    for name, chosen in variants(base, betas).items():
        runs: list[Run] = []
        for seed in seeds:
            tell(f"{name}, seed {seed}")
            target = folder / name / f"seed{seed}"
            runs.append(run_images(chosen.changed(seed=seed), target, name="mnist-cnn", listener=listener, resume=True))
        rows.append(_row(folder, name, chosen, runs))
    content = {"settings": base.as_dict(), "seeds": list(seeds), "rows": rows}
    atomic.write_bytes(folder / TABLE_NAME, (json.dumps(content, indent=1) + "\n").encode())
    return pd.DataFrame(rows)


def variants(base: ImageConfig, betas: Sequence[float]) -> dict[str, ImageConfig]:
    """Return the settings of each variant by name: the deterministic one, one per beta, and dropout."""
    found = {DETERMINISTIC: base.changed(noise="none")}
    found |= {f"beta={beta:g}": base.changed(noise="gaussian", beta=beta) for beta in betas}
    return found | {f"dropout={base.dropout:g}": base.changed(noise="dropout")}


def _row(folder: Path, name: str, config: ImageConfig, runs: Sequence[Run]) -> dict[str, Any]:
    row: dict[str, Any] = {"variant": name, "noise": config.noise, "n_seeds": len(runs)}
    row["beta"] = config.beta if config.noise == "gaussian" else 0.0
    for key, measure in (("errors", ERRORS), ("noisy_errors", NOISY_ERRORS)):
        values = np.array([_last(run, measure) for run in runs])
        row[key] = float(values.mean())
        row[f"{key}_sd"] = float(values.std(ddof=1)) if len(values) > 1 else None
    row["seconds"] = float(np.mean([run.history["seconds"].max() for run in runs]))
    aligned = [_stored_alignment(folder, name, run) for run in runs]
    for prefix, kind in (("", "noisy"), ("plain_", "plain")):
        for layer in LAYERS:
            cosines = np.concatenate([getattr(one, kind)[layer] for one in aligned])
            row["n_test"] = len(cosines) // len(runs)
            row[f"{prefix}peak_{layer}"] = peak(cosines)
            row[f"{prefix}median_{layer}"] = float(np.median(cosines))
    return row


def _last(run: Run, measure: str) -> float:
    found = run.measures
    found = found[(found["layer"] == OUTPUT) & (found["measure"] == measure)]
    return float(found.sort_values("epoch")["value"].iloc[-1])


def _stored_alignment(folder: Path, name: str, run: Run) -> Alignment:
    """Return the cosines of a run, computed once and then kept in ``folder/cosines``."""
    store, seed = ArrayStore(folder / "cosines"), int(run.manifest["seed"])
    stem = name.replace("=", "-")
    if seed not in store.epochs(f"{stem}/plain/{OUTPUT}"):  # stored last
        alignment = cosines_to_noiseless(run, load_run(folder / DETERMINISTIC / run.path.name))
        for kind, layers in alignment._asdict().items():
            for layer, cosines in layers.items():
                save_array(folder / "cosines", f"{stem}/{kind}/{layer}", cosines, seed)

    def stored(kind: str) -> dict[str, Array]:
        return {layer: store.load(f"{stem}/{kind}/{layer}", seed) for layer in LAYERS}

    return Alignment(stored("noisy"), stored("plain"))
