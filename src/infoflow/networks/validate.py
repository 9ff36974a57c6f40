"""``validate``: everything that would make a measurement of a model wrong or impossible, in one report."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from infoflow._errors import ConfigError
from infoflow.networks.batch import Batch, Inputs
from infoflow.networks.findings import Finding, ValidationReport
from infoflow.networks.module_checks import module_findings
from infoflow.networks.noisy import NoisyNetwork, noise_on
from infoflow.networks.outputs import tensor_remedy
from infoflow.networks.selection import LayerSpec, select_layers
from infoflow.networks.trial import Override, Trial, trial
from infoflow.networks.undisturbed import undisturbed

ROWS = 16
"""Inputs that the trial passes use."""

_COUPLING = 1e-3  # of a layer's largest value: far above rounding, far below a shared batch statistic
_FORWARD_ERRORS = (RuntimeError, TypeError, ValueError, LookupError, AttributeError)


def validate(network: nn.Module | NoisyNetwork, inputs: Inputs, layers: LayerSpec | None = None) -> ValidationReport:
    """Look for everything that would make a measurement wrong or impossible, and report it all at once.

    Looked at: batch normalisation with batch statistics, dropout beside noise, the model's own random numbers, samples
    that depend on each other, layers that are unknown, never called, return no single real tensor, keep the batch
    elsewhere than on the first axis, or are not finite; outputs overwritten in place (a note: they are copied in
    time), and layers that information bypasses (a note: no tightening by data processing).

    The model runs a few times on up to 16 inputs, without noise, in ``eval()`` mode, and is left as it was.

    Args:
        network: A model, with or without noise, or what ``make_noisy`` returned.
        inputs: Its inputs, as in ``sample_representations``.
        layers: As in ``make_noisy``; by default ``"auto"``, or the layers of the noisy network.

    Returns:
        The report; ``report.raise_if_any()`` raises one error with all problems.

    Raises:
        TypeError: ``network`` is not a model, or the inputs are not numeric.
        ValueError: Inputs without rows.
        NonFiniteError: NaN or infinity in the inputs.
    """
    if not isinstance(network, NoisyNetwork | nn.Module):
        raise TypeError(f"network must be a torch.nn.Module or what make_noisy returned, got {type(network).__name__}")
    model = network.model if isinstance(network, NoisyNetwork) else network
    batch = Batch(model, inputs)
    findings = list(module_findings(model))
    noisy = noise_on(model)
    try:
        default = network.layers if isinstance(network, NoisyNetwork) else "auto"
        names = select_layers(model, default if layers is None else layers)
    except ConfigError as error:
        return ValidationReport((*findings, Finding("", str(error), "name other layers")), ())
    with undisturbed(model, batch.devices, 0):
        if noisy is not None:
            with noisy.noiseless():
                return _after_trials(model, batch, names, findings)
        return _after_trials(model, batch, names, findings)


def _after_trials(model: nn.Module, batch: Batch, names: tuple[str, ...], findings: list[Finding]) -> ValidationReport:
    rows = torch.arange(min(ROWS, batch.m))
    try:
        first = trial(model, batch, names, rows)
        findings += _layer_findings(model, first, len(rows))
        sound = not any(finding.blocking and finding.layer in names for finding in findings)
        bypassed: tuple[str, ...] = ()
        if sound and len(rows) > 1:
            findings += _coupling_findings(first, trial(model, batch, names, rows), "random")
            findings += _coupling_findings(first, trial(model, batch, names, _others_changed(rows)), "coupled")
            if not any(finding.blocking and finding.layer in names for finding in findings):
                bypassed = _bypassed(model, batch, names, rows, first)
    except _FORWARD_ERRORS as error:
        reason = f"the forward pass raised {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        return ValidationReport((*findings, Finding("", reason, "make the model run on these inputs first")), names)
    if bypassed:
        findings.append(
            Finding(
                "",
                f"later layers receive information past the noise of {', '.join(bypassed)} (a skip connection)",
                "use tighten=False, or noise on the sum",
                blocking=False,
            )
        )
    return ValidationReport(tuple(findings), names, bypassed)


def _layer_findings(model: nn.Module, seen: Trial, n_rows: int) -> Iterator[Finding]:
    for name, outputs in seen.outputs.items():
        if not outputs:
            yield Finding(name, "never called in a forward pass", _idle_remedy(model, name))
        for output in outputs[:1]:
            yield from _output_findings(model.get_submodule(name), name, output, n_rows)
        if seen.overwritten[name]:
            yield Finding(
                name,
                "its output is overwritten in place by a later operation",
                "what is captured is a copy made before; name the later layer if you mean its output, or inplace=False",
                blocking=False,
            )


def _output_findings(module: nn.Module, name: str, output: Any, n_rows: int) -> Iterator[Finding]:
    if not isinstance(output, Tensor):
        yield Finding(name, f"returns {type(output).__name__}, not one tensor", tensor_remedy(module))
        return
    if not output.is_floating_point():
        yield Finding(name, f"returns {output.dtype}, not real numbers", "name a later layer")
        return
    if output.ndim == 0 or output.shape[0] != n_rows:
        yield Finding(
            name,
            f"returns shape {tuple(output.shape)} for {n_rows} inputs: the batch is not on its first axis",
            "use batch_first=True, or name a layer that keeps the batch in front",
        )
    n_bad = output.numel() - int(torch.isfinite(output).sum())
    if n_bad:
        yield Finding(
            name, f"{n_bad} NaN or infinite values of {output.numel()}", "check the weights and the scale of the inputs"
        )


def _idle_remedy(model: nn.Module, name: str) -> str:
    parent = model.get_submodule(name.rpartition(".")[0])
    if isinstance(parent, nn.MultiheadAttention):
        return "attention uses its weights directly: name the dropout or normalisation that takes its output"
    return "name a layer that is used"


def _others_changed(rows: Tensor) -> Tensor:
    """Return the rows with only the first in its place: some of the others reversed, then copies of the first."""
    n_reversed = (len(rows) - 1) // 2
    return torch.cat([rows[:1], rows[1:].flip(0)[:n_reversed], rows[:1].repeat(len(rows) - 1 - n_reversed)])


def _coupling_findings(first: Trial, second: Trial, kind: str) -> Iterator[Finding]:
    reasons = {
        "random": (
            "two passes without noise differ: the model draws random numbers of its own in eval mode",
            "make it deterministic: only the noise of make_noisy is accounted for",
        ),
        "coupled": (
            "the output for one input depends on the others in the batch: T is not a function of x and its noise",
            "remove what mixes samples (batch statistics, attention over the batch axis: batch_first=True)",
        ),
    }
    for name, outputs in first.outputs.items():
        for one, other in zip(outputs, second.outputs[name], strict=False):
            largest = float(one.abs().max())
            if float((one[0] - other[0]).abs().max()) > _COUPLING * largest:
                yield Finding(name, *reasons[kind])
                break


def _bypassed(model: nn.Module, batch: Batch, names: tuple[str, ...], rows: Tensor, first: Trial) -> tuple[str, ...]:
    """Return the layers whose later layers change when the input does, though the layer's output is held fixed."""
    found: list[str] = []
    for position, name in enumerate(first.order[:-1]):
        held = Override(name, first.outputs[name])
        moved = trial(model, batch, names, rows.flip(0), held)
        for later in first.order[position + 1 :]:
            one, other = first.outputs[later][-1], moved.outputs[later][-1]
            if float((one - other).abs().max()) > _COUPLING * float(one.abs().max()):
                found.append(name)
                break
    return tuple(found)
