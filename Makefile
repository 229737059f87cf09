# The few commands a person types. Everything is built by CMake (CMakePresets.json); this only names it.
#
#   make          the release binary, build/release/tandem
#   make demo     installs what is missing, builds, shows the whole story   (ARGS="--keep /tmp/d" reaches tandem demo)
#   make test     installs what is missing, builds with both compilers, runs every test and the crash sweep
#   make bench    the benchmarks, each beside its baseline
#   make soak     the long runs: the whole sweep, many random histories
#   make format   clang-format over what changed
ARGS ?=
JOBS ?= $(shell nproc)
export TANDEM_SHARED ?= $(abspath $(CURDIR)/../shared)

RELEASE = build/release/tandem

.PHONY: all demo test bench soak format clean release dev clang
all: release

release:
	@cmake --preset release >build/release.log 2>&1 || { cat build/release.log; exit 1; }
	@cmake --build build/release -j$(JOBS) --target tandem

dev clang:
	@cmake --preset $@ >build/$@.log 2>&1 || { cat build/$@.log; exit 1; }
	@cmake --build build/$@ -j$(JOBS)

release dev clang: | build
build:
	@mkdir -p build

demo:
	@packaging/install-dependencies.sh build
	@$(MAKE) --no-print-directory release
	@$(RELEASE) demo $(ARGS)

# The dev build runs (ASan, UBSan), the clang build only has to be without warnings, the release build sweeps.
test:
	@packaging/install-dependencies.sh build test
	@$(MAKE) --no-print-directory dev
	@cd build/dev && ctest -j$(JOBS) --output-on-failure
	@$(MAKE) --no-print-directory clang
	@$(MAKE) --no-print-directory release
	@$(RELEASE) selftest --time 8m

bench: release
	@cmake --build build/release -j$(JOBS) --target pairfile_bench text_bench
	@test/bench/run $(RELEASE)

soak: release
	@$(RELEASE) selftest --histories 20000

format:
	@git ls-files -mo --exclude-standard -- '*.c' '*.h' | xargs -r clang-format -i

clean:
	@rm -rf build
