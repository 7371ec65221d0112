"""Header bits that mean nothing to the VM, kept in an object's `meta` above the bits of spyvm.objects.model for a writer."""

# V3: the three bits above the hash, used by garbage collectors
V3_SHIFT = 28
V3_MASK = 7 << V3_SHIFT

# Spur
REMEMBERED = 1 << 26
GREY = 1 << 28
RESERVED_22 = 1 << 29
RESERVED_54 = 1 << 30
MARKED = 1 << 31
HIDDEN = 1 << 32        # not a bit of the file: the object belongs to the VM, and images do not see it
