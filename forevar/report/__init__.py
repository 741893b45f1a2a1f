"""chapters → page, paper and figures for the designer."""
