"""The HTTP face: API, sign-in, documentation page. It asks queries and gives commands, nothing else."""
