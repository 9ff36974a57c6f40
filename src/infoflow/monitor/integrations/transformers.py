"""A callback for the ``Trainer`` of Hugging Face transformers. Needs the extra ``hf``."""

from typing import Any

from infoflow.monitor.monitor import Monitor

try:
    from transformers.trainer_callback import TrainerCallback
except ImportError as error:
    raise ImportError("TrainerMonitor needs the extra: pip install 'infoflow[hf]'") from error


_RENAMED = {"loss": "train_loss", "eval_loss": "test_loss", "eval_accuracy": "test_accuracy"}


class TrainerMonitor(TrainerCallback):
    """Steps a monitor before the first epoch and after every one; on the main process only.

    The last ``loss`` and ``eval_*`` that the trainer logged are recorded beside; ``loss`` as ``train_loss``,
    ``eval_loss`` and ``eval_accuracy`` as ``test_loss`` and ``test_accuracy``.

    Args:
        monitor: A monitor of the model that is trained.
    """

    def __init__(self, monitor: Monitor):
        self.monitor = monitor
        self._logged: dict[str, float] = {}
        self._ended: int | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Measure the network as it is before training."""
        if state.is_world_process_zero and state.global_step == 0:
            self.monitor.step(0)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Note that an epoch is done; the trainer logs and evaluates after this, and only then is it stepped."""
        self._ended = round(state.epoch)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Remember the losses and metrics that were logged."""
        for name, value in (logs or {}).items():
            if isinstance(value, int | float) and (name in _RENAMED or name.startswith("eval_")):
                self._logged[_RENAMED.get(name, name)] = float(value)

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Step the monitor for the epoch that ended."""
        self._step(state)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Step the monitor for the last epoch, and end the run folder."""
        self._step(state)
        self.monitor.close()

    def _step(self, state: Any) -> None:
        if self._ended is not None and state.is_world_process_zero:
            self.monitor.step(self._ended, **self._logged)
        self._ended = None
