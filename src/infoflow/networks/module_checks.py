"""What can be said of a model before it runs: modules that couple samples, or that bring noise of their own."""

from collections.abc import Iterator

from torch import nn

from infoflow.networks.findings import Finding

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)


def module_findings(model: nn.Module) -> Iterator[Finding]:
    """Yield a finding for every module that couples samples, or whose noise the measurement would leave out."""
    for name, module in model.named_modules():
        if isinstance(module, BATCH_NORMS):
            yield from _batch_norm(name, module)
        probability = dropout_probability(module)
        if probability:
            yield Finding(
                name,
                f"dropout with p = {probability:g} beside noise: it is on in training and off in a measurement, which "
                "would be of another network; and Bernoulli dropout as the only noise leaves I(X;T) of a continuous X "
                "infinite",
                'set p to 0, or replace it by make_noisy(..., noise="multiplicative") (Gaussian dropout)',
            )
        elif isinstance(module, nn.RReLU) and module.upper > module.lower:
            yield Finding(
                name, "random slopes in training that a measurement leaves out", "use LeakyReLU, or lower = upper"
            )


def dropout_probability(module: nn.Module) -> float:
    """Return the probability with which a module itself drops values in training; 0 for modules that do not."""
    if isinstance(module, DROPOUTS):
        return float(module.p)
    if isinstance(module, nn.RNNBase):
        return float(module.dropout) if module.num_layers > 1 else 0.0
    return float(module.dropout) if isinstance(module, nn.MultiheadAttention) else 0.0


def _batch_norm(name: str, module: nn.Module) -> Iterator[Finding]:
    kind = type(module).__name__
    if getattr(module, "running_mean", None) is None:
        yield Finding(
            name,
            f"{kind} without running statistics normalises with those of the batch in every mode: the output of one "
            "sample depends on the others, and T is not a function of x and its noise",
            "use track_running_stats=True, LayerNorm or GroupNorm",
        )
    elif module.training:
        yield Finding(
            name,
            f"{kind} in training mode couples the samples of a batch: T is not a function of x and its noise",
            "call model.eval() (the running statistics are then used), or train with LayerNorm or GroupNorm",
        )
