"""A callback for the ``Trainer`` of Hugging Face transformers. Needs the extra ``hf``."""

from typing import Any

from infoflow.monitor.monitor import Monitor

try:
    from transformers.trainer_callback import TrainerCallback
except ImportError as error:
    raise ImportError("TrainerMonitor needs the extra: pip install 'infoflow[hf]'") from error


class TrainerMonitor(TrainerCallback):
    """Steps a monitor before the first epoch and after every one; on the main process only.

    What the trainer logged last (``loss``, ``eval_loss``, …) is recorded beside; ``loss`` as ``train_loss`` and
    ``eval_loss`` as ``test_loss``.

    Args:
        monitor: A monitor of the model that is trained.
    """

    def __init__(self, monitor: Monitor):
        self.monitor = monitor
        self._logged: dict[str, float] = {}

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Measure the network as it is before training."""
        if state.is_world_process_zero and state.global_step == 0:
            self.monitor.step(0)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Remember what was logged."""
        names = {"loss": "train_loss", "eval_loss": "test_loss"}
        for name, value in (logs or {}).items():
            if isinstance(value, int | float):
                self._logged[names.get(name, name)] = float(value)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Step the monitor."""
        if state.is_world_process_zero:
            self.monitor.step(round(state.epoch), **self._logged)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """End the run folder."""
        self.monitor.close()
