# The commands of this project; `make help` lists them. How each works is in build/*.py.
#
# PYTHON27=EXE  the Python 2.7 (or PyPy 2.7) that translates    RPYTHON=DIR  a PyPy checkout instead of the released RPython
# PYTHON3=EXE   the Python >= 3.9 for all the rest              IMAGE=FILE   what `make run` runs, instead of the kernel image
# FORMATS=LIST  what `make images` builds: spur64 (the default), spur32, v3, v3-be, v3-64, spur64+v3, spur32+v3
# SPY_BUILD_CACHE=DIR  where identical builds are looked for, instead of ~/.cache/spy-builds; empty: nowhere

IMAGE ?=
FORMATS ?= spur64
PY = sh build/python3

.PHONY: all nojit images run test test-py3 test-py27 test-native clean distclean help

all:
	@$(PY) build/translate.py

nojit:
	@$(PY) build/translate.py --nojit

images:
	@$(PY) build/kernel.py $(FORMATS)

# The image is looked for first: nobody should learn after a translation that there is none.
run:
	@$(if $(IMAGE),test -f "$(IMAGE)" || { echo "spy: there is no file $(IMAGE)" >&2; exit 1; },$(PY) build/kernel.py)
	@$(PY) build/translate.py
	./spy $(if $(IMAGE),-c '3+4' "$(IMAGE)",images/demos/hello.st)

test:
	@$(PY) build/check.py

test-py3 test-py27 test-native:
	@$(PY) build/check.py $(@:test-%=%)

clean:
	rm -rf .build spy spy-nojit
	find . -path ./.env -prune -o -name __pycache__ -prune -exec rm -rf {} + -o -name '*.pyc' -exec rm -f {} +

distclean: clean
	rm -rf .env .tox

help:
	@echo "make             translate the VM: ./spy (about 12 minutes the first time; an unchanged one is kept)"
	@echo "make nojit       the same without the JIT: ./spy-nojit (about a minute)"
	@echo "make images      build the kernel image; FORMATS='spur32 v3' for other object formats"
	@echo "make run         ./spy on the kernel image, or on another one: make run IMAGE=FILE"
	@echo "make test        all that CI checks: Python 3, Python 2.7 with RPython, the build, the executable"
	@echo "make test-py3    one of these: test-py3, test-py27, test-native"
	@echo "make clean       remove what was built; make distclean: and the Python environments"
