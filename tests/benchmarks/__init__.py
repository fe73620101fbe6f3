"""What is measured, tried without a clock: peers answer, rows can be filled, pages written."""
