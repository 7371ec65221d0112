"""The files that image segments come in: archives, gzip'd files, streams of objects."""
