"""The activities room: activities, attendance, shifts, visits."""
