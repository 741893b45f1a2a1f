"""A finished file → what in it must not be sent. Knows nothing of how counts are hidden: it reads what is there."""
