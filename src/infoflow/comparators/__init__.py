"""Earlier estimators the paper argues with, each labelled with what it estimates and when it is vacuous."""
