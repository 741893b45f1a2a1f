"""raw files → readings by profile → observations and answers; ``tidy.load_tidy`` is the door."""
