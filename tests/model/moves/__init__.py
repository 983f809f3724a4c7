"""Random acts, right and wrong ones alike: each is a call of a contract and the same thing said to the model."""
