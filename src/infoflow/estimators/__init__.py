"""Estimators of entropy and mutual information, and the a-priori theory behind them."""

from infoflow.estimators.adaptive import Budget as Budget
from infoflow.estimators.adaptive import Measurement as Measurement
from infoflow.estimators.adaptive import measure as measure
from infoflow.estimators.bounds import bias_lower_bound as bias_lower_bound
from infoflow.estimators.bounds import k_star as k_star
from infoflow.estimators.bounds import minimal_samples as minimal_samples
from infoflow.estimators.bounds import monte_carlo_mse_bound as monte_carlo_mse_bound
from infoflow.estimators.bounds import plug_in_risk_bound as plug_in_risk_bound
from infoflow.estimators.bounds import sample_propagation_risk as sample_propagation_risk
from infoflow.estimators.entropy import sample_propagation as sample_propagation
from infoflow.estimators.entropy import smoothed_entropy as smoothed_entropy
from infoflow.estimators.entropy_interval import conditional_entropy as conditional_entropy
from infoflow.estimators.entropy_interval import output_entropy as output_entropy
from infoflow.estimators.information import input_information as input_information
from infoflow.estimators.information import label_information as label_information
from infoflow.estimators.layers import LayerInterval as LayerInterval
from infoflow.estimators.layers import layered_information as layered_information
from infoflow.estimators.multiplicative import multiplicative_conditional_entropy as multiplicative_conditional_entropy
from infoflow.estimators.multiplicative import multiplicative_information as multiplicative_information
from infoflow.estimators.planner import Plan as Plan
from infoflow.estimators.planner import plan as plan
from infoflow.estimators.projection import projected_information as projected_information
from infoflow.estimators.sliced import sliced_information as sliced_information
