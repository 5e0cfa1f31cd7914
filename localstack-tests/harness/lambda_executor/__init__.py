"""A LocalStack Lambda executor that runs a function's `bootstrap` as a process, without containers."""
