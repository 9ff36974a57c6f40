"""Noise on any torch module, and draws of its representations."""

from infoflow.networks.capture import Captured as Captured
from infoflow.networks.capture import capture as capture
from infoflow.networks.findings import Finding as Finding
from infoflow.networks.findings import ValidationReport as ValidationReport
from infoflow.networks.noisy import NoisyNetwork as NoisyNetwork
from infoflow.networks.noisy import make_noisy as make_noisy
from infoflow.networks.representations import Representations as Representations
from infoflow.networks.sampling import sample_representations as sample_representations
from infoflow.networks.tracing import POOLINGS as POOLINGS
from infoflow.networks.tracing import layers_feeding as layers_feeding
from infoflow.networks.validate import validate as validate
