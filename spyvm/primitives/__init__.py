"""Primitives that need objects only, by groups of the Blue Book's and Squeak's numbering.  See registry.py for how one is made."""
