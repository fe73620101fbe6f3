"""Who may act: organisations, their clients and members, and by what they are known."""
