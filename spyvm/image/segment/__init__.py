"""Image segments: parts of an object memory that travel as words, stored and loaded by primitives 98 and 99."""
