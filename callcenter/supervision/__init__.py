"""What supervisors steer by: the live board."""
