"""Noise on any torch module, and draws of its representations."""

from infoflow.networks.noisy import NoisyNetwork as NoisyNetwork
from infoflow.networks.noisy import make_noisy as make_noisy
from infoflow.networks.representations import Representations as Representations
from infoflow.networks.sampling import sample_representations as sample_representations
