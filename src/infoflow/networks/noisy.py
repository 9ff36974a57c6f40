"""Noise on the output of chosen submodules of a model, attached by hooks and taken off again."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from infoflow._errors import ConfigError, IllPosedError
from infoflow.networks.batch import Inputs
from infoflow.networks.noise import NOISES, NoiseSource, SequentialNoise, Silence, check_noise
from infoflow.networks.outputs import tensor_remedy
from infoflow.networks.scale import layer_scales
from infoflow.networks.selection import LayerSpec, layer_betas


def make_noisy(
    model: nn.Module,
    beta: float | Mapping[str, float],
    layers: LayerSpec = "auto",
    seed: int = 0,
    *,
    noise: str = "additive",
    relative_to: Inputs | None = None,
) -> "NoisyNetwork":
    """Attach Gaussian noise to the outputs of chosen submodules: ``T_l = S_l + Z_l``, ``Z_l ~ N(0, beta² I)``.

    The noise is fresh for every element, sample, layer and call, in ``train()`` and in ``eval()`` mode, and the
    noisy value is what the next layer sees. Name the module whose output is the representation: the activation for
    noise after it, the module that feeds it for noise before it, the one that feeds the pooling for noise per
    element; :func:`infoflow.networks.layers_feeding` finds those names.

    Args:
        model: Any module. Its parameters, buffers, ``state_dict`` keys and torch's global generators are not touched.
        beta: Noise standard deviation in the unit of the layer's output, > 0; or one for each layer, by name. With
            ``relative_to`` in units of the layer's scale; with multiplicative noise s, a number without unit.
        layers: ``"auto"`` (every activation module before the output layer, or the keys of ``beta``), names, globs,
            module types, or ``predicate(name, module) -> bool``.
        seed: Seed of the noise. Give every rank of a distributed run its own.
        noise: ``"additive"``, or ``"multiplicative"``: ``T = S (1 + s Z)`` element by element (Gaussian dropout).
        relative_to: A calibration batch: each layer's scale, the root mean square of its centred noiseless outputs,
            is measured on it once, and the layer's standard deviation is ``beta`` times that.

    Returns:
        The controller of the noise; call it like the model.

    Raises:
        TypeError: ``model`` is not a module, or another argument is of the wrong type.
        ConfigError: A layer is unknown (the nearest names are given), none is chosen, or the model is noisy already.
        ValueError: An unknown noise, or ``relative_to`` with multiplicative noise, which is relative already.
        IllPosedError: ``beta <= 0``, a layer that is constant over ``relative_to``, or Bernoulli dropout as noise.

    Source: [G19] section 2 (noisy networks); theory, section 8 (multiplicative noise).
    """
    return NoisyNetwork(model, beta, layers, seed, noise=noise, relative_to=relative_to)


class NoisyNetwork:
    """Controller of the noise on a model; ``noisy(x)`` runs the model with noise.

    It is not an ``nn.Module`` and does not wrap one: the model stays the object the user has, with its
    own ``state_dict`` keys, optimiser and checkpoints, and ``model(x)`` and ``noisy(x)`` are the same call. All that
    is added are forward hooks; :meth:`detach` removes them. The state of the noise is saved beside the ``state_dict``
    with :meth:`noise_state`.

    ``copy.deepcopy`` and ``pickle`` copy the model with its noise, which then continues from the same state in both.
    Activation checkpointing (``torch.utils.checkpoint``) runs a layer twice and would meet different noise the second
    time: do not put a noisy layer inside it. ``torch.compile`` breaks the graph at each noisy layer, because its
    generators are not traced (so not with ``fullgraph=True``); the numbers are the same.

    ``nn.DataParallel`` and ``DistributedDataParallel`` around the model carry the hooks along; the noise has one
    generator per device, and every rank needs its own seed. Under autocast the noise is added in float32.

    Attributes:
        model: The model.
        betas: Noise standard deviation by layer, in registration order; s where the noise is multiplicative.
        scales: The scale of each layer that ``betas`` were made relative to; None for absolute ones.
        noise: ``"additive"`` or ``"multiplicative"``.
    """

    def __init__(
        self,
        model: nn.Module,
        beta: float | Mapping[str, float],
        layers: LayerSpec = "auto",
        seed: int = 0,
        *,
        noise: str = "additive",
        relative_to: Inputs | None = None,
    ):
        if not isinstance(model, nn.Module):
            raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
        already = [name for name, module in model.named_modules() if _carries_noise(module)]
        if already:
            raise ConfigError(f"model must carry no noise yet, got noise on {', '.join(already)}; detach() it first")
        self.model = model
        self.noise = check_noise(noise)
        self.betas = layer_betas(model, beta, layers)
        self.scales: dict[str, float] | None = None
        self._sequence = SequentialNoise(seed, devices={tensor.device for tensor in model.parameters()})
        self._source: NoiseSource = self._sequence
        if relative_to is not None:
            self._scale_betas(relative_to)
        self._handles = [self._attach(name) for name in self.betas]

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the noisy layers, in registration order."""
        return tuple(self.betas)

    @property
    def attached(self) -> bool:
        """Whether the hooks are on the model."""
        return bool(self._handles)

    @property
    def silent(self) -> bool:
        """Whether the noise is switched off, inside :meth:`noiseless`."""
        return isinstance(self._source, Silence)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the model.

        Raises:
            IllPosedError: The noise was detached.
            TypeError: A noisy layer's output is not one floating-point tensor.
        """
        self.check_attached()
        return self.model(*args, **kwargs)

    @contextmanager
    def noiseless(self) -> Generator[Self]:
        """Switch the noise off inside a ``with`` block: the only way to; the noise sequence does not advance."""
        with self.using(Silence()):
            yield self

    @contextmanager
    def using(self, source: NoiseSource) -> Generator[Self]:
        """Take the noise from ``source`` inside a ``with`` block, for samplers; the own sequence does not advance."""
        before, self._source = self._source, source
        try:
            yield self
        finally:
            self._source = before

    def noise_state(self) -> Tensor:
        """Return the state of the noise as a flat uint8 tensor, for a checkpoint."""
        return self._sequence.state()

    def load_noise_state(self, state: Tensor) -> None:
        """Continue the noise from a state that :meth:`noise_state` returned.

        Raises:
            TypeError: ``state`` is not a flat uint8 tensor.
            ValueError: It is not what :meth:`noise_state` returned.
        """
        self._sequence.load_state(state)

    def detach(self) -> nn.Module:
        """Remove the noise and return the model, the same object as before; a second call does nothing more."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        return self.model

    def check_attached(self) -> None:
        """Raise ``IllPosedError`` if the noise was detached."""
        if not self.attached:
            raise IllPosedError("noisy network must be attached, got one after detach(); call make_noisy again")

    def noise_for(self, name: str, output: Any) -> Tensor | None:
        """Return standard normal noise for the output of a layer, or None while silent; the hooks call this.

        Raises:
            TypeError: The output is not one floating-point tensor.
        """
        if not isinstance(output, Tensor):
            raise TypeError(
                f"layer {name!r} must return one tensor, got {type(output).__name__}; "
                f"{tensor_remedy(self.model.get_submodule(name))}"
            )
        if output.is_nested:
            raise TypeError(
                f"layer {name!r} must return a dense tensor, got a nested one from torch's fused attention; "
                "call torch.backends.mha.set_fastpath_enabled(False)"
            )
        if not output.is_floating_point():
            raise TypeError(f"layer {name!r} must return real numbers, got {output.dtype}; name a later layer")
        return self._source.standard_normal(name, output)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.detach()

    def __repr__(self) -> str:
        noise = ", ".join(f"{name}: {self._amount(name)}" for name in self.betas)
        kind = "" if self.noise == "additive" else f", {self.noise}"
        state = "" if self.attached else ", detached"
        return f"NoisyNetwork({type(self.model).__name__}, {noise}{kind}{state})"

    def _amount(self, name: str) -> str:
        beta = self.betas[name]
        if self.noise == "multiplicative":
            return f"s={beta:g}"
        if self.scales is None:
            return f"beta={beta:g}"
        return f"beta={beta:g} ({beta / self.scales[name]:g} of scale {self.scales[name]:g})"

    def _scale_betas(self, relative_to: Inputs) -> None:
        if self.noise == "multiplicative":
            raise ValueError("relative_to must be left out where noise is multiplicative: s is relative already")
        self.scales = layer_scales(self.model, self.betas, relative_to)
        self.betas = {name: beta * self.scales[name] for name, beta in self.betas.items()}

    def _attach(self, name: str) -> RemovableHandle:
        return self.model.get_submodule(name).register_forward_hook(_NoiseHook(self, name))


class _NoiseHook:
    """Forward hook of one layer; a class, so that models that carry it can be pickled."""

    def __init__(self, network: NoisyNetwork, layer: str):
        self.network = network
        self._layer = layer

    def __call__(self, module: nn.Module, args: Any, output: Any) -> Tensor | None:
        noise = self.network.noise_for(self._layer, output)
        if noise is None:
            return None
        return NOISES[self.network.noise](output, self.network.betas[self._layer], noise)


def noise_on(model: nn.Module) -> NoisyNetwork | None:
    """Return the controller of the noise that a model carries, or None."""
    for module in model.modules():
        for hook in module._forward_hooks.values():
            if isinstance(hook, _NoiseHook):
                return hook.network
    return None


def _carries_noise(module: nn.Module) -> bool:
    return any(isinstance(hook, _NoiseHook) for hook in module._forward_hooks.values())
