"""The image builder: Smalltalk in Tonel files to the objects of an image.  Runs on Python 2.7 and 3, knows spyvm only
where it makes objects."""
