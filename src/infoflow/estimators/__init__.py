"""Estimators of entropy and mutual information, and the a-priori theory behind them."""
