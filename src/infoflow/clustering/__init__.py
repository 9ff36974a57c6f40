"""Monitors of clustering, for noisy and deterministic networks.

They measure the phenomenon behind a falling I(X;T): representations of one class moving together. Everything is in
terms of representations (n, d) and labels (n,); nothing here needs noise, and nothing here is I(X;T).
"""

from infoflow.clustering.binned import BinnedEntropy as BinnedEntropy
from infoflow.clustering.binned import CellCounts as CellCounts
from infoflow.clustering.binned import binned_entropies as binned_entropies
from infoflow.clustering.binned import binned_entropy as binned_entropy
from infoflow.clustering.collapse import SimplexGeometry as SimplexGeometry
from infoflow.clustering.collapse import SubspaceScatter as SubspaceScatter
from infoflow.clustering.collapse import collapse_self_duality as collapse_self_duality
from infoflow.clustering.collapse import collapse_simplex as collapse_simplex
from infoflow.clustering.collapse import collapse_variability as collapse_variability
from infoflow.clustering.cosine import CosineMeans as CosineMeans
from infoflow.clustering.cosine import CosineToReference as CosineToReference
from infoflow.clustering.cosine import cosine_to_reference as cosine_to_reference
from infoflow.clustering.grids import ACTIVATION_RANGES as ACTIVATION_RANGES
from infoflow.clustering.grids import SAXE_GRID as SAXE_GRID
from infoflow.clustering.grids import SZT_GRID as SZT_GRID
from infoflow.clustering.grids import Grid as Grid
from infoflow.clustering.grids import adaptive_grid as adaptive_grid
from infoflow.clustering.grids import data_grid as data_grid
from infoflow.clustering.grids import fixed_grid as fixed_grid
from infoflow.clustering.grids import per_neuron_grid as per_neuron_grid
from infoflow.clustering.histogram import Histogram as Histogram
from infoflow.clustering.intrinsic import IntrinsicDimension as IntrinsicDimension
from infoflow.clustering.intrinsic import intrinsic_dimensions as intrinsic_dimensions
from infoflow.clustering.intrinsic import levina_bickel as levina_bickel
from infoflow.clustering.intrinsic import two_nn as two_nn
from infoflow.clustering.moments import ClassMoments as ClassMoments
from infoflow.clustering.nearest_centre import NearestCentre as NearestCentre
from infoflow.clustering.nearest_centre import NearestCentreDecisions as NearestCentreDecisions
from infoflow.clustering.nearest_centre import nearest_centre_accuracy as nearest_centre_accuracy
from infoflow.clustering.pairs import PairHistograms as PairHistograms
from infoflow.clustering.pairs import cosine_histograms as cosine_histograms
from infoflow.clustering.pairs import distance_histograms as distance_histograms
from infoflow.clustering.scatter import PairMeans as PairMeans
from infoflow.clustering.scatter import class_distance_normalised_variance as class_distance_normalised_variance
from infoflow.clustering.scatter import mean_squared_distances as mean_squared_distances
from infoflow.clustering.scatter import scatter_ratio as scatter_ratio
from infoflow.clustering.spectrum import Spectrum as Spectrum
from infoflow.clustering.spectrum import covariance_spectrum as covariance_spectrum
from infoflow.clustering.spectrum import moments_spectrum as moments_spectrum
from infoflow.clustering.summary import ClusteringSummary as ClusteringSummary
from infoflow.clustering.summary import clustering_summary as clustering_summary
from infoflow.clustering.twin import TwinSummary as TwinSummary
from infoflow.clustering.twin import twin_summary as twin_summary
