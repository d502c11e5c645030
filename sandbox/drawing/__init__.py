"""How the sandbox draws: palettes, shapes, one scene per style, and type."""
