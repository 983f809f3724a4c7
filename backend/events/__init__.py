"""What happened, in the past tense: one dataclass an event, decoded from the chain's logs."""
