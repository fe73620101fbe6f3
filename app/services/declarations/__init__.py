"""What companies declare and what they are told: entries, verdicts, prices."""
