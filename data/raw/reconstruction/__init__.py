"""How the demonstration's raw files are made; ``data/raw/README.md`` explains."""
