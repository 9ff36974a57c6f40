"""A callback for Lightning's ``Trainer``. Needs the extra ``lightning``."""

from typing import Any

from torch import Tensor

from infoflow.monitor.monitor import Monitor

try:
    from lightning.pytorch import Callback
except ImportError as error:
    raise ImportError("LightningMonitor needs the extra: pip install 'infoflow[lightning]'") from error


class LightningMonitor(Callback):
    """Steps a monitor before the first epoch and after every one; on the main process only.

    Scalars that the module logged (``self.log``) are recorded beside, slashes and dots in their names made ``_``.

    Args:
        monitor: A monitor of the Lightning module, or of a network inside it.
    """

    def __init__(self, monitor: Monitor):
        super().__init__()
        self.monitor = monitor

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Measure the network as it is before training."""
        if trainer.is_global_zero and trainer.current_epoch == 0:
            self.monitor.step(0)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Step the monitor."""
        if trainer.is_global_zero:
            self.monitor.step(trainer.current_epoch + 1, **_losses(trainer.callback_metrics))

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """End the run folder."""
        self.monitor.close("interrupted" if trainer.interrupted else "finished")

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """End the run folder as failed, or as interrupted by the user."""
        state = "interrupted" if isinstance(exception, KeyboardInterrupt) else "failed"
        self.monitor.close(state, f"{type(exception).__name__}: {exception}")


def _losses(metrics: dict[str, Any]) -> dict[str, float]:
    values = {name: value.item() if isinstance(value, Tensor) else value for name, value in metrics.items()}
    return {name.replace("/", "_").replace(".", "_"): float(v) for name, v in values.items() if name != "epoch"}
