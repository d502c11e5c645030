"""From the rows of tables to a plan: cells that are checked, identified and priced."""
