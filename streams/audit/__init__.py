"""Checks decisions against their sources: hash chain, recount, evidence, conservation."""
