"""Estimators of entropy and mutual information, and the a-priori theory behind them."""

from infoflow.estimators.entropy import sample_propagation as sample_propagation
from infoflow.estimators.entropy import smoothed_entropy as smoothed_entropy
from infoflow.estimators.information import input_information as input_information
from infoflow.estimators.information import label_information as label_information
from infoflow.estimators.layers import LayerInterval as LayerInterval
from infoflow.estimators.layers import layered_information as layered_information
