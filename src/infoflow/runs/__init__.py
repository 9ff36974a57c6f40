"""The run folder: what is stored of a run, and how it is read back."""
