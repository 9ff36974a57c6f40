"""Measure a network while it trains."""
