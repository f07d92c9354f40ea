# The development kit; dev/kit.py says what each command does and which variables it reads.
PYTHON ?= python3
KIT = $(PYTHON) dev/kit.py

.PHONY: help demo serve screenshots test test-unit others chaos bench house fuzz package lint clean

help:
	@echo "make demo      run the main job: a UK company's invoices pushed to a Xero sandbox"
	@echo "make serve     the same, then leave Odoo at http://127.0.0.1:8069 until Ctrl-C"
	@echo "make test      run all tests; make test K=pattern runs those that match"
	@echo "make test-unit   run those of xero/ and the sandbox, without Odoo, in a minute; also with K"
	@echo "make others    run Odoo's own tests with the module and without it, and compare"
	@echo "make chaos     push and pay 10,000 documents while everything goes wrong"
	@echo "make bench     measure what it costs; make bench PART=push: one part (see dev/bench.py)"
	@echo "make house     measure how large and how entangled the code is, beside the goals"
	@echo "make fuzz      fuzz the readers of Xero's answers for a minute, guided by coverage"
	@echo "make package   build the wheel in dist/, and load the module from it"
	@echo "make screenshots   run the demo, then take the pictures in static/description"
	@echo "make lint      check the code"
	@echo "make clean     stop PostgreSQL and remove all that was fetched"

demo serve screenshots others chaos house fuzz package lint clean:
	@$(KIT) $@

bench:
	@$(KIT) bench $(if $(PART),--part $(PART))

test test-unit:
	@$(KIT) $@ $(if $(K),-k '$(K)')
