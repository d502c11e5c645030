"""One image asked for, waited for and fetched."""
