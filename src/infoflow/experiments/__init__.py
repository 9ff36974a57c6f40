"""The experiments: data, models, configurations and the runner."""
