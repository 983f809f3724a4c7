"""Questions: SELECT → plain rows. Nothing here touches the chain or changes anything. Amounts are integers of
minor units under keys that end in Fen, times are UTC seconds under keys that end in At."""
