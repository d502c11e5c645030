"""A review in Prefect's form, by rounds: what waits is shown, what is filled in is taken in."""
