"""Tables → figures: each chart a function that reads no file and names no provider."""
