"""What an object is.  Knows nothing of files, images' bytes or screens."""
