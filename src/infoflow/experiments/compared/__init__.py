"""What every comparator says of a stored run, beside its certified intervals."""
