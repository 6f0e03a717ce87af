"""How long modelcat takes, beside the plainest program that does the same, measured in the same run."""
