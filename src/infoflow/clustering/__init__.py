"""Monitors of clustering, for noisy and deterministic networks."""
