"""Calls as functions: one for each call, which reads as a caller hears it."""
