"""Earlier estimators the paper argues with, each labelled with what it estimates and when it is vacuous."""

from infoflow.comparators.comparison import Comparison as Comparison
from infoflow.comparators.convergence import EntropyPoint as EntropyPoint
from infoflow.comparators.convergence import corner_sampler as corner_sampler
from infoflow.comparators.convergence import entropy_convergence as entropy_convergence
from infoflow.comparators.hashing import hashing_information as hashing_information
from infoflow.comparators.kernel_density import kernel_density_entropy as kernel_density_entropy
from infoflow.comparators.kernel_density import kernel_density_information as kernel_density_information
from infoflow.comparators.ksg import ksg_information as ksg_information
from infoflow.comparators.mixed_neighbours import mixed_neighbours_information as mixed_neighbours_information
from infoflow.comparators.nearest_neighbour import nearest_neighbour_entropy as nearest_neighbour_entropy
from infoflow.comparators.nearest_neighbour import nearest_neighbour_information as nearest_neighbour_information
from infoflow.comparators.pairwise import pairwise_entropy as pairwise_entropy
from infoflow.comparators.pairwise import pairwise_information as pairwise_information
from infoflow.comparators.quantised import quantise as quantise
from infoflow.comparators.quantised import quantised_information as quantised_information
from infoflow.comparators.registry import COMPARATORS as COMPARATORS
from infoflow.comparators.registry import Comparator as Comparator
from infoflow.comparators.registry import listed as listed
from infoflow.comparators.renyi import renyi_entropy as renyi_entropy
from infoflow.comparators.renyi import renyi_information as renyi_information
from infoflow.comparators.table import compare as compare
