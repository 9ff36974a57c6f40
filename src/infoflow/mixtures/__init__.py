"""Log-densities and entropies of mixtures of isotropic Gaussians: one contract, several engines."""

from infoflow.mixtures.brackets import EntropyBounds as EntropyBounds
from infoflow.mixtures.brackets import entropy_bounds as entropy_bounds
from infoflow.mixtures.brackets import entropy_brackets as entropy_brackets
from infoflow.mixtures.dispatch import GroupedLogDensity as GroupedLogDensity
from infoflow.mixtures.dispatch import grouped_log_density as grouped_log_density
from infoflow.mixtures.dispatch import log_density as log_density
from infoflow.mixtures.engines import EngineReport as EngineReport
from infoflow.mixtures.separable import own_log_density_at_nodes as own_log_density_at_nodes
