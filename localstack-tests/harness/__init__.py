"""Starts an AWS on this machine (LocalStack, without containers), deploys to it and watches it."""
