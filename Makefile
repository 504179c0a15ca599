# Everything a user types. `make` lists the targets; the variables are at its end.
#
# make itself ends with 2 whenever a target fails. The exact status (1 a check failed, 2 unusable
# input) is in its last line, `Error 1` or `Error 2`, and is that of the script it calls.

CHIP    ?= cifar10
DEVICE  ?=
WEIGHTS ?=
DATA    ?= $(if $(filter cifar10,$(CHIP)),$(CIFAR10_DIR))
IMAGES  ?=
NOISE   ?= on
MODE    ?= sequential
POWER_GATE ?= 0
SEED    ?= 1
STUCK   ?=
DEFECTS ?=
WAVES   ?= 0
TEST    ?=
BENCH   ?=
RTL      ?=
MAP      ?=
STIMULUS ?=
LIMIT_MS ?=
FILE     ?=
SCOPE    ?=
JOBS    ?= 2
SEEDS     ?=
LENGTH    ?=
SCHEDULER ?=
X     ?=
Y     ?=
AT    ?=
DIES  ?=
SWEEP ?=
ONLY  ?=
RUNS  ?=
PUBLISH ?= 0

PYTHON ?= python3
VENV   ?= .venv
PY     := $(VENV)/bin/python
export VENV

# $(call option,NAME): --name VALUE where the variable NAME has a value
# $(call flag,NAME): --name where it is 1
lower  = $(shell echo $(1) | tr A-Z_ a-z-)
option = $(if $($(1)),--$(call lower,$(1)) '$($(1))')
flag   = $(if $(filter-out 0 1,$($(1))),$(error $(1)=$($(1)): allowed are 0, 1))$(strip \
         $(if $(filter 1,$($(1))),--$(call lower,$(1))))

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Variables: CHIP=$(CHIP) DEVICE= WEIGHTS=<npz> DATA=<dir> IMAGES=<n> NOISE=on|off SEED=$(SEED)"
	@echo "  MODE=sequential|pipelined POWER_GATE=0|1 (infer)"
	@echo "  STUCK=<fraction> DEFECTS=<csv> (program)"
	@echo "  RTL=\"<files>\" MAP=<toml> STIMULUS=<py> LIMIT_MS=<ms> FILE=<fst|vcd> SCOPE=<path>"
	@echo "  SEEDS=<list> LENGTH=<n> SCHEDULER=tcp://<host>:<port> (regress)"
	@echo "  X=<parameter>:<values> Y=<the same> AT='<parameter>=<value> ...' DIES=<n> SWEEP=<name>"
	@echo "  SCHEDULER= (sweep)"
	@echo "  ONLY=<name> DIES=<n> RUNS=<n> (experiments) MNIST_DIR=<dir> (mnist)"
	@echo "  RUNS=<n> PUBLISH=0|1 (accuracy)  ONLY=<name> PUBLISH=0|1 (sensitivity)"
	@echo "  WAVES=0|1 TEST=<regex> BENCH=<name> JOBS=$(JOBS) VENV=$(VENV)"

.PHONY: setup
setup: ## make the Python environment; runs by itself before the others
	@$(PYTHON) scripts/setup_env.py

.PHONY: infer
infer: setup ## the main job: program the chip through its RTL, classify images, compare labels
	$(PY) scripts/infer.py --chip '$(CHIP)' --noise '$(NOISE)' --mode '$(MODE)' --seed '$(SEED)' $(strip \
	  $(call option,DEVICE) $(call option,WEIGHTS) $(call option,DATA) $(call option,IMAGES) \
	  $(call flag,POWER_GATE) $(call flag,WAVES))

.PHONY: program
program: setup ## program every cell through the RTL, with the programming report
	$(PY) scripts/program.py --chip '$(CHIP)' --seed '$(SEED)' $(strip \
	  $(call option,DEVICE) $(call option,WEIGHTS) $(call option,STUCK) \
	  $(call option,DEFECTS) $(call option,DATA))

.PHONY: test
test: setup ## every test that must pass, in parallel; TEST=<regex> selects by name
	$(PY) -m pytest -n '$(JOBS)' --dist worksteal --junit-xml build/test/junit.xml --seed '$(SEED)' \
	  $(if $(TEST),--select '$(TEST)') $(call flag,WAVES)

.PHONY: coverage
coverage: setup ## what the tests reach: lines, branches, toggles of the RTL, the functional plan
	$(PY) scripts/measure_coverage.py --jobs '$(JOBS)' --seed '$(SEED)'

.PHONY: regress
regress: ## random lives of the whole chip, SEEDS=1..100, on this machine or by SCHEDULER=<address>
	@$(PYTHON) scripts/setup_env.py requirements.txt $(if $(SCHEDULER),requirements-cluster.txt)
	$(PY) scripts/regress.py --jobs '$(JOBS)' $(strip \
	  $(call option,SEEDS) $(call option,LENGTH) $(call option,SCHEDULER))

.PHONY: sweep
sweep: ## accuracy of many dies over one or two parameters, X=ratio:1.5..10/8 Y=variation:0.3,0.5
	@$(PYTHON) scripts/setup_env.py requirements.txt $(if $(SCHEDULER),requirements-cluster.txt)
	$(PY) scripts/sweep.py --chip '$(CHIP)' --noise '$(NOISE)' --seed '$(SEED)' --jobs '$(JOBS)' $(strip \
	  $(call option,X) $(call option,Y) $(call option,AT) $(call option,DIES) $(call option,IMAGES) \
	  $(call option,DEVICE) $(call option,WEIGHTS) $(call option,DATA) $(call option,SWEEP) \
	  $(call option,SCHEDULER))

.PHONY: accuracy
accuracy: setup ## how well the weights classify: noise and dies apart, classes, beside published
	$(PY) scripts/accuracy.py --chip '$(CHIP)' --seed '$(SEED)' --jobs '$(JOBS)' $(strip \
	  $(call option,DEVICE) $(call option,WEIGHTS) $(call option,DATA) $(call option,IMAGES) \
	  $(call option,RUNS) $(call flag,PUBLISH))

.PHONY: sensitivity
sensitivity: setup ## all sweeps that the documentation shows; ONLY=<name>
	$(PY) scripts/sensitivity.py --chip '$(CHIP)' --seed '$(SEED)' --jobs '$(JOBS)' $(strip \
	  $(call option,ONLY) $(call option,WEIGHTS) $(call option,DATA) $(call option,IMAGES) \
	  $(call option,DIES) $(call flag,PUBLISH))

.PHONY: waves
waves: setup ## run BENCH=<name> with waves and open the viewer
	$(PY) scripts/waves.py --seed '$(SEED)' $(strip \
	  $(if $(filter file,$(origin CHIP)),,--chip '$(CHIP)') \
	  $(call option,BENCH) $(call option,TEST))

.PHONY: bench
bench: setup ## the benchmarks: speed as ratios, the cells beside published silicon
	$(PY) scripts/bench.py --chip '$(CHIP)' --seed '$(SEED)'

.PHONY: experiments
experiments: setup ## claims of the published designs on the model: rows and plots; ONLY=<name>
	$(PY) scripts/experiment.py --chip '$(CHIP)' --seed '$(SEED)' $(strip \
	  $(call option,ONLY) $(call option,DATA) $(call option,IMAGES) $(call option,DIES) \
	  $(call option,RUNS))

.PHONY: check-controller
check-controller: setup ## check RTL="<files>" of a controller of your own by its MAP=, with STIMULUS=<py>
	$(PY) scripts/check_controller.py --rtl '$(RTL)' --map '$(MAP)' --chip '$(CHIP)' \
	  --seed '$(SEED)' $(strip $(call option,STIMULUS) $(call option,DEVICE) $(call option,LIMIT_MS) \
	  $(call flag,WAVES))

.PHONY: check-waves
check-waves: setup ## check the pins in the recorded wave FILE=<fst|vcd> by their MAP=
	$(PY) scripts/check_waves.py --file '$(FILE)' --map '$(MAP)' --chip '$(CHIP)' \
	  $(call option,SCOPE)

.PHONY: plan
plan: setup ## the test plan against the tests, their last results and the measured coverage
	$(PY) scripts/plan.py

.PHONY: xcheck
xcheck: ## the core with unknown states: its netlist in Icarus Verilog, four states
	@$(PYTHON) scripts/setup_env.py requirements.txt requirements-netlist.txt
	$(PY) scripts/xcheck.py --seed '$(SEED)' $(if $(filter file,$(origin CHIP)),,--chip '$(CHIP)')

.PHONY: spice
spice: setup ## the analog model beside ngspice, circuit by circuit, point by point
	$(PY) scripts/spice.py --chip '$(CHIP)'

.PHONY: train
train: ## train the network of the chip on CIFAR-10 in DATA or CIFAR10_DIR, else download it
	@$(PYTHON) scripts/setup_env.py requirements.txt requirements-train.txt
	@test -n '$(DATA)$(CIFAR10_DIR)' || test -d data/cifar10 || $(PY) scripts/fetch_data.py
	$(PY) scripts/train.py --chip '$(CHIP)' --seed '$(SEED)' --out 'chips/$(CHIP)/weights.npz' \
	  --data '$(or $(DATA),$(CIFAR10_DIR),data/cifar10)'

.PHONY: mnist
mnist: ## train the MNIST networks of Lee's tables from the files in MNIST_DIR
	@$(PYTHON) scripts/setup_env.py requirements.txt requirements-train.txt
	$(PY) scripts/explore_mnist.py --data '$(MNIST_DIR)'

.PHONY: lint
lint: ## all linters and the check that generated files are fresh
	@$(PYTHON) scripts/setup_env.py requirements.txt requirements-dev.txt
	$(PY) scripts/lint.py

.PHONY: format
format: ## format the Python files
	@$(PYTHON) scripts/setup_env.py requirements.txt requirements-dev.txt
	$(PY) -m ruff check --quiet --fix-only .
	$(PY) -m ruff format .

.PHONY: gen
gen: setup ## write what is generated from the chip and register descriptions
	$(PY) scripts/gen.py

.PHONY: clean
clean: ## remove all outputs, keep the environment
	rm -rf build
