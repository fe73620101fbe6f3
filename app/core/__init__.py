"""What runs the service and knows nothing of border gates: settings, database, logs."""
