"""Figures and tables drawn from a run folder; nothing is estimated here."""
