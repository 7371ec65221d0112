"""The class views there are.  Classes come and go, with image segments for example: a list of views must not keep them."""
from spyvm.rpy import memory as host

FIRST_PRUNING = 1024


class Views(object):
    """Weak references to all ClassViews, in the order in which they were made."""

    def __init__(self):
        self.references = []
        self.limit = FIRST_PRUNING      # length from which on it pays to look for those that are gone; 0: never

    def add(self, view):
        if self.limit > 0 and len(self.references) >= self.limit:
            self.prune()
        self.references.append(host.ref(view))

    def prune(self):
        self.references = [host.ref(view) for view in self.all()]
        self.limit = max(FIRST_PRUNING, 2 * len(self.references))

    def begin(self):
        """What is added until finish() can be taken back.  Answers what finish() wants."""
        self.limit = 0
        return len(self.references)

    def finish(self, begun, keep):
        """Unless `keep`, take back what was added since begin() answered `begun`."""
        if not keep:
            assert begun >= 0
            del self.references[begun:]
        self.limit = max(FIRST_PRUNING, 2 * len(self.references))

    def all(self):
        """The views that something else refers to, too."""
        found = []
        for reference in self.references:
            view = reference()
            if view is not None:
                found.append(view)
        return found
