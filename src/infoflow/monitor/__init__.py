"""Measure your own network: a probe for one measurement, a monitor for a training run.

Recorders and callbacks for other packages are imported on first use, each behind an extra of its own.
"""

import importlib
from typing import TYPE_CHECKING, Any

from infoflow.monitor.monitor import Monitor as Monitor
from infoflow.monitor.probe import Probe as Probe
from infoflow.monitor.record import Record as Record
from infoflow.monitor.record import RecordSink as RecordSink
from infoflow.monitor.record import ScalarLogger as ScalarLogger
from infoflow.monitor.result import ProbeResult as ProbeResult
from infoflow.monitor.schedule import every as every
from infoflow.monitor.schedule import log_spaced as log_spaced

if TYPE_CHECKING:
    from infoflow.monitor.integrations.lightning import LightningMonitor as LightningMonitor
    from infoflow.monitor.integrations.mlflow import MLflowRecorder as MLflowRecorder
    from infoflow.monitor.integrations.tensorboard import TensorBoardRecorder as TensorBoardRecorder
    from infoflow.monitor.integrations.transformers import TrainerMonitor as TrainerMonitor

_INTEGRATIONS = {
    "LightningMonitor": "lightning",
    "MLflowRecorder": "mlflow",
    "TensorBoardRecorder": "tensorboard",
    "TrainerMonitor": "transformers",
}


def __getattr__(name: str) -> Any:
    """Import an integration on first use (PEP 562); ``ImportError`` names the extra where its package is missing."""
    if name not in _INTEGRATIONS:
        raise AttributeError(f"module 'infoflow.monitor' has no attribute {name!r}")
    return getattr(importlib.import_module(f"infoflow.monitor.integrations.{_INTEGRATIONS[name]}"), name)
