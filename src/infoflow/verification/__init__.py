"""Check the estimators against known truths."""
