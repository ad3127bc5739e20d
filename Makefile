# The two front doors are `make demo` and `make test`; everything else is for those who work on Dateline.

.PHONY: demo test check fmt torture bench book fuzz fuzz-texts generate deb dist install-packages install-build-packages

CARGO ?= cargo

# Sees the main job done: a small newsroom, collected into JSON lines by the ordinary pipeline.
demo: install-build-packages
	$(CARGO) run --profile demo --quiet -- demo $(DEMO_ARGS)

# Everything that must hold.
test: install-packages
	deploy/ci/test

# What is quick to run while writing.
check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --features crash-points -- -D warnings

fmt:
	$(CARGO) fmt --all

# At least 200 kills, at random instants and at every crash point; see docs/delivery.md.
torture: install-packages
	deploy/ci/torture

# The figures of the README, against bare peers in the same run; see bench/run.
bench: install-packages
	bench/run

# The documentation as a book, in target/book/html, with every link checked.
book: install-packages
	deploy/ci/book

# Feeds that chance has damaged, the same ones for the same seed: no panic, none that takes long.
#   make fuzz FUZZ_ARGS='10_000_000 1'
fuzz:
	$(CARGO) run --release --quiet --package dateline-feed-reader --example fuzz -- $(FUZZ_ARGS)

# The same with English texts and what is found in them: names and quantities.
#   make fuzz-texts FUZZ_ARGS='1_000_000 1'
fuzz-texts:
	$(CARGO) run --release --quiet --package dateline-entities --example fuzz -- $(FUZZ_ARGS)

# Writes what is generated from the code: schemas, references.
generate:
	UPDATE_SCHEMA=1 $(CARGO) test --package dateline-config --test generated
	UPDATE_SCHEMA=1 $(CARGO) test --package dateline-pipeline --test generated
	UPDATE_SCHEMA=1 $(CARGO) test --package dateline --bin dateline cli::reference

# What is handed out; see deploy/README.md. The Debian package alone, or everything with checksums: target/dist-files.
deb: install-build-packages
	deploy/release/build
	deploy/debian/build
dist: install-build-packages
	deploy/release/dist

# Debian packages that building and testing need, and those that building alone needs.
install-packages:
	@deploy/ci/install-packages
install-build-packages:
	@DATELINE_PACKAGES=build deploy/ci/install-packages
