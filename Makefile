# The commands of this project; `make help` lists them. How each works is in build/*.py.
#
# PYTHON27=EXE  the Python 2.7 (or PyPy 2.7) that translates    RPYTHON=DIR  a PyPy checkout instead of the released RPython
# PYTHON3=EXE   the Python >= 3.9 for all the rest              IMAGE=FILE   the image of `make run`
# SPY_BUILD_CACHE=DIR  where identical builds are looked for, instead of ~/.cache/spy-builds; empty: nowhere

# Until the project builds an image of its own, one that may lie beside the checkout.
IMAGE ?= $(wildcard ../shared/images/mini.image)
PY = sh build/python3

.PHONY: all nojit run test test-py3 test-py27 test-native clean distclean help have-image

all:
	@$(PY) build/translate.py

nojit:
	@$(PY) build/translate.py --nojit

# The image is looked for first: nobody should learn after a translation that there is none.
run: have-image
	@$(PY) build/translate.py
	./spy -c '3+4' "$(IMAGE)"

have-image:
	@test -f "$(IMAGE)" || { echo "spy: no image: make run IMAGE=FILE (there are images at https://files.squeak.org)" >&2; exit 1; }

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
	@echo "make run         ./spy on an image: make run IMAGE=FILE"
	@echo "make test        all that CI checks: Python 3, Python 2.7 with RPython, the build, the executable"
	@echo "make test-py3    one of these: test-py3, test-py27, test-native"
	@echo "make clean       remove what was built; make distclean: and the Python environments"
