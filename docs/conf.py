"""The documentation as one offline site: sphinx-build -W docs site."""

from forevar import __version__

project = "forevar"
author = "The forevar contributors"
copyright = author
release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
exclude_patterns = ["site"]
html_theme = "alabaster"
html_theme_options = {"description": "From raw files to an early-warning report", "fixed_sidebar": True}
html_show_sourcelink = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
