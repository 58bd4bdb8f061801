# Two commands are enough: `make run` starts the product, `make test` proves it. The rest is for daily work.
# Needed on the machine: Python >= 3.11 and make. Everything else is set up by the scripts, once.

ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell scripts/python.sh)
endif
TRAFFIC ?= 1
ONLY ?=
SEED ?=
SEEDS ?= 50
N ?= 50
SCALE ?= 1
AT_ONCE ?= 2
CLOCK ?= wall
SECONDS ?= 600
PROFILE ?= busy_hour
TARGET ?=
LOAD_SECONDS ?= 120
LOAD = $(if $(TARGET),$(TARGET)-)$(PROFILE)

VENV_PYTHON := .venv/bin/python

.PHONY: help run cluster telephony test check console sim validate chaos races shuffle demo-plug hangups bench-voice load take-over bench fmt lock clean python

help:
	@echo 'make run            start the server with the demo set-up   (TRAFFIC=0: without demo traffic)'
	@echo '                    (CLOCK=demo: a clock that `callcenter clock advance 2d` leads ahead)'
	@echo 'make telephony      the same with a real Asterisk on loopback (root; made once in .build/rig)'
	@echo 'make cluster        two routers, two gateways, a worker, with a PostgreSQL and a Redis server of their own'
	@echo 'make test           every gate, as CI runs it              (ONLY=stage: one stage alone)'
	@echo 'make check          the quick gates, no server, no browser'
	@echo 'make sim SEED=7     one seeded simulated day; SEEDS=200 runs seeds 1 to 200'
	@echo 'make validate       simulations against published tables; SCALE=0.1: a tenth of them'
	@echo 'make chaos N=50     kill the server N times under load and compare (CLOCK=processor on a busy machine)'
	@echo '                    (TARGET=cluster: routers and gateways are killed, Redis is restarted and emptied)'
	@echo 'make races N=10000  hang-ups, deadlines and log-outs against answering, as often'
	@echo 'make shuffle N=1000 deliver recorded calls N times out of order and compare'
	@echo 'make demo-plug      20 talk, 20 wait: the engine is killed, then Asterisk (real SIP; root)'
	@echo 'make hangups N=1000 callers who hang up at any instant, over a real Asterisk (root)'
	@echo 'make bench-voice    our engine beside app_queue on one Asterisk; 12 minutes (SECONDS=60: shorter; root)'
	@echo 'make load           people of all kinds at once: PROFILE=busy_hour|spike|reconnect, URL=... of a server that runs'
	@echo '                    (TARGET=cluster: routers, gateways and a worker instead of one server)'
	@echo 'make take-over N=20 kill and freeze the deciding router of a cluster, and measure until the next decides'
	@echo 'make recount        count figures of 50 random times four ways, as JSON (SEED=7, N=50)'
	@echo 'make bench          whole contacts per second, as JSON (TARGET=cluster: through a router, PostgreSQL and Redis; gateways: through those)'
	@echo 'make console        build the web console    make fmt    format the code'
	@echo 'make lock           pin the dependencies     make clean  remove everything built (keeps ./var)'

run: python
	@$(PYTHON) scripts/run.py --traffic $(TRAFFIC) --clock $(CLOCK)

cluster: python
	@$(PYTHON) scripts/environment.py dev console
	@$(VENV_PYTHON) -m loadtests.cluster

telephony: python
	@$(PYTHON) scripts/run.py --traffic $(TRAFFIC) --asterisk 1

test: python
	@$(PYTHON) scripts/test.py test --only '$(ONLY)'

check: python
	@$(PYTHON) scripts/test.py check --only '$(ONLY)'

console: python
	@$(PYTHON) scripts/environment.py console

sim: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m tests.sim $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

validate: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m tests.validation --scale $(SCALE)

chaos: python
	@$(PYTHON) scripts/environment.py dev console
	@$(VENV_PYTHON) -m $(if $(filter cluster,$(TARGET)),tests.chaos.cluster --runs $(N) --at-once $(AT_ONCE) --json docs/results/chaos-cluster.json,tests.chaos --runs $(N) --at-once $(AT_ONCE) --clock $(CLOCK) --json docs/results/chaos.json)

races: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m tests.races --races $(N)

shuffle: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m tests.shuffle --deliveries $(N)

demo-plug: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m loadtests.rig build
	@$(VENV_PYTHON) -m tests.voice --json docs/results/plug.json plug

hangups: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m loadtests.rig build
	@$(VENV_PYTHON) -m tests.voice --json docs/results/hangups.json hangups --calls $(N) --seed $(or $(SEED),1)

bench-voice: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m loadtests.rig build
	@$(VENV_PYTHON) -m loadtests.voice.bench --seconds $(SECONDS) --json docs/results/voice.json

load: python
	@$(PYTHON) scripts/environment.py dev
	@mkdir -p .build
	@$(VENV_PYTHON) -m loadtests.load $(PROFILE) $(if $(URL),--url $(URL)) --target $(or $(TARGET),server) --seconds $(LOAD_SECONDS) --html .build/load-$(LOAD).html --json docs/results/load-$(LOAD).json

take-over: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m loadtests.take_over --rounds $(N) --json docs/results/take-over.json

recount: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m tests.recount --intervals $(N) --seed $(or $(SEED),7)

bench: python
	@$(PYTHON) scripts/environment.py runtime
	@$(VENV_PYTHON) -m $(if $(filter cluster,$(TARGET)),loadtests.cluster --bench,$(if $(filter gateways,$(TARGET)),loadtests.gateway_bench --json docs/results/gateways.json,callcenter bench host --json))

fmt: python
	@$(PYTHON) scripts/environment.py dev
	@$(VENV_PYTHON) -m ruff check --fix --quiet . ; $(VENV_PYTHON) -m ruff format .

UV_LOCK := $(VENV_PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command 'make lock'

lock: python
	@$(PYTHON) scripts/environment.py dev
	$(UV_LOCK) requirements/runtime.in -o requirements/runtime.txt
	$(UV_LOCK) requirements/console.in -o requirements/console.txt
	$(UV_LOCK) requirements/dev.in -c requirements/runtime.txt -o requirements/dev.txt

clean:
	rm -rf .venv .build dist agents/console/dist agents/console/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "callcenter needs Python 3.11 or newer: make PYTHON=/path/to/it")'
