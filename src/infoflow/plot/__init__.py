"""Figures of a stored run, of publication quality; nothing is estimated here."""
