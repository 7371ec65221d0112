"""Run by the environment's Python 2.7: RPython's translate, with a cache directory of its own.

RPython keeps what it learnt of the C compiler in one directory next to itself, and a translation begins by deleting it, even
under the feet of another translation or a test run. $SPY_RPYTHON_CACHE gives each build its own.
"""
import os

from rpython.config import translationoption
translationoption.CACHE_DIR = os.environ['SPY_RPYTHON_CACHE']

from rpython.translator.goal.translate import main

main()
