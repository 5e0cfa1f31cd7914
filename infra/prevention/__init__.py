"""What policies.py writes: service control policies and role policies from the grants that the functions have."""
