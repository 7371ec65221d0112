"""Named primitives, a module a plugin."""
