"""Customers behind the contacts: profiles, identity resolution, segments, screen pop, cases, campaigns and leads."""
