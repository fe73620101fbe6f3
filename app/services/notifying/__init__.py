"""Text messages to drivers: made of events, sent through a gateway, shown to their companies."""
