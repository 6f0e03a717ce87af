"""modelcat: a git-backed catalog of AI models, and the configs of the tools that use them."""

__version__ = "0.1.0"
