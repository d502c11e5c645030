"""Workbooks as spreadsheet programs write them: which of its sheets is meant, and what stands in its cells."""
