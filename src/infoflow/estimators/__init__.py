"""Estimators of entropy and mutual information, and the a-priori theory behind them."""

from infoflow.estimators.adaptive import Budget as Budget
from infoflow.estimators.adaptive import Measurement as Measurement
from infoflow.estimators.adaptive import measure as measure
from infoflow.estimators.entropy import sample_propagation as sample_propagation
from infoflow.estimators.entropy import smoothed_entropy as smoothed_entropy
from infoflow.estimators.entropy_interval import conditional_entropy as conditional_entropy
from infoflow.estimators.entropy_interval import output_entropy as output_entropy
from infoflow.estimators.information import input_information as input_information
from infoflow.estimators.information import label_information as label_information
from infoflow.estimators.layers import LayerInterval as LayerInterval
from infoflow.estimators.layers import layered_information as layered_information
from infoflow.estimators.planner import Plan as Plan
from infoflow.estimators.planner import plan as plan
