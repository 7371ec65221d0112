"""Which of many counts are the highest."""


def highest(counts, most):
    """The indices of the highest in a list of ints, no more than `most` of them, the highest first, among equals the first."""
    top = []
    for index in range(len(counts)):
        i = len(top)
        while i > 0 and counts[top[i - 1]] < counts[index]:
            i -= 1
        if i < most:
            assert i >= 0
            top.insert(i, index)
            if len(top) > most:
                top.pop()
    return top
