"""Benchmarks of infoflow against other libraries; run with ``python -m benchmarks [--quick]``."""
