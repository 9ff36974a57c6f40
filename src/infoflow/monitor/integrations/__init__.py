"""Where people already are: recorders and callbacks for other packages, each behind an extra, each imported alone."""
