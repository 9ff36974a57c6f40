"""Records in MLflow: metrics with their bands, and a figure per epoch. Needs the extra ``mlflow``."""

import re
import tempfile
import time
from pathlib import Path
from typing import Any

from infoflow.monitor.record import Record

try:
    from mlflow.entities import Metric
    from mlflow.tracking import MlflowClient
except ImportError as error:
    raise ImportError("MLflowRecorder needs the extra: pip install 'infoflow[mlflow]'") from error

_FORBIDDEN = re.compile(r"[^\w\-. /]")
_BATCH = 1000  # metrics that MLflow takes in one call


class MLflowRecorder:
    """Writes every record as metrics ``SPLIT/I_XT/LAYER/lower`` and so on, at step = epoch, and a figure as artifact.

    Signs that MLflow does not take in a metric's name become ``_``.

    Args:
        run_id: The run to write into, which must exist.
        client: An ``MlflowClient``; None: one of the current tracking URI.
        figures: Whether to store the figures, ``intervals/EPOCH.png``.
    """

    def __init__(self, run_id: str, *, client: Any | None = None, figures: bool = True):
        self.run_id = run_id
        self._client: Any = MlflowClient() if client is None else client
        self._figures = bool(figures)

    def record(self, record: Record) -> None:
        """Write one record."""
        stamp = round(1000 * time.time())
        metrics = [
            Metric(_FORBIDDEN.sub("_", name), value, stamp, record.epoch) for name, value in record.scalars().items()
        ]
        for start in range(0, len(metrics), _BATCH):
            self._client.log_batch(self.run_id, metrics=metrics[start : start + _BATCH])
        if self._figures:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{record.epoch:08d}.png"
                record.figure().savefig(path, dpi=100)
                self._client.log_artifact(self.run_id, str(path), artifact_path="intervals")
