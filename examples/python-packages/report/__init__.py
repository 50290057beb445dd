"""Reads a table, sums it up, writes a page."""
