"""Acts: one handler each. A handler checks who asks for what, and leaves an intent in the outbox."""
