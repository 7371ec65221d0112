"""A Squeak Smalltalk VM."""
