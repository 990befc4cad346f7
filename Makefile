# Two commands matter: `make run` and `make test`. The rest is for developers.
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench exhaustive screenshots clean
PY := .venv/bin/python
PORT ?= 8000
DIR ?= var/demo

help: ## 列出命令 list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: ## 建好环境和示范城镇，在 http://127.0.0.1:8000 提供服务 set up, seed the demonstration town, serve
	@.ci/setup run
	@$(PY) -m server.cli demo --port $(PORT) --dir $(DIR)

test: ## 装好测试所需并运行全部测试 install what the tests need, run everything
	@.ci/setup test
	$(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder --durations=15 -m "not exhaustive"

lint: ## 检查风格与类型 check style and types
	@.ci/setup test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy geo server

format: ## 整理格式 format the code
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .

bench: ## 测量速度 measure: import rate, map data latency, the locator beside its peers
	@.ci/setup bench
	$(PY) -m benchmarks

exhaustive: ## 长时间的对照测试 long runs against an oracle
	@.ci/setup test
	$(PY) -m pytest -n 2 -m exhaustive

screenshots: ## 为文档拍摄页面 take the pictures in docs/
	@.ci/setup test
	$(PY) -m tests.browser.screenshots

clean: ## 删除环境和示范数据 remove the environment and the demonstration data
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache
