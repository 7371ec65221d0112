"""spy info (being written)."""


def info(path, as_json):
    return 1
