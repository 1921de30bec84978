"""What containers need besides the services: keys handed out, database accounts, a probe of health."""
