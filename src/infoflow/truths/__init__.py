"""Problems that carry their own exact information and entropies, and can be sampled.

``T = S + Z`` with ``Z ~ N(0, beta² I)``; every problem follows :class:`Truth`. Nothing here uses the library's
mixtures or estimators: the answers come from closed forms and quadrature alone.
"""

from infoflow.truths.catalogue import catalogue as catalogue
from infoflow.truths.catalogue import large_catalogue as large_catalogue
from infoflow.truths.chain import DeepChain as DeepChain
from infoflow.truths.codes import ReedMuller as ReedMuller
from infoflow.truths.codes import reed_muller_generator as reed_muller_generator
from infoflow.truths.constellation import Constellation as Constellation
from infoflow.truths.constellation import pam as pam
from infoflow.truths.constellation import ring as ring
from infoflow.truths.constellation import single_neuron as single_neuron
from infoflow.truths.corners import TruncatedModes as TruncatedModes
from infoflow.truths.corners import corner_mixture as corner_mixture
from infoflow.truths.heavy_tailed import HeavyTailed as HeavyTailed
from infoflow.truths.linear import GaussianInputNetwork as GaussianInputNetwork
from infoflow.truths.linear import LinearNetwork as LinearNetwork
from infoflow.truths.planar import PlanarChain as PlanarChain
from infoflow.truths.product import Product as Product
from infoflow.truths.product import power as power
from infoflow.truths.surface import NeuronSurface as NeuronSurface
from infoflow.truths.surface import neuron_surface as neuron_surface
from infoflow.truths.transformed import Permuted as Permuted
from infoflow.truths.transformed import Rotated as Rotated
from infoflow.truths.truth import Answers as Answers
from infoflow.truths.truth import Truth as Truth
