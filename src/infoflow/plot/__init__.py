"""Figures of stored runs and of checks, of publication quality; nothing is estimated here.

Every function returns a matplotlib ``Figure`` of its own; ``figure.savefig("name.pdf")`` writes it, as PNG, PDF or SVG.
"""

from infoflow.plot.activations import activation_histograms as activation_histograms
from infoflow.plot.binned import noisy_beside_binned as noisy_beside_binned
from infoflow.plot.comparators import comparators_figure as comparators_figure
from infoflow.plot.convergence import convergence_figure as convergence_figure
from infoflow.plot.coverage import coverage_figure as coverage_figure
from infoflow.plot.information import information_curves as information_curves
from infoflow.plot.neuron import neuron_trajectory as neuron_trajectory
from infoflow.plot.pairs import pair_histograms as pair_histograms
from infoflow.plot.plane import information_plane as information_plane
from infoflow.plot.scatter import representation_scatter as representation_scatter
from infoflow.plot.seeds import seeds_figure as seeds_figure
from infoflow.plot.validation import validation_figure as validation_figure
