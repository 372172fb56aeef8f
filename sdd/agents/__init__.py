"""Agent definitions, conversations and the port behind which agent frameworks live."""
