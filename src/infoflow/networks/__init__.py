"""Noise on any torch module, and draws of its representations."""
