# The functions' programs, built the way `sam build` builds them for AWS, but unoptimised: it shares target/ with the
# tests (cargo-lambda passes --target, so they do too) and saves minutes.
# shellcheck shell=bash

# source_hash: of everything that goes into the programs and the stack.
source_hash() {
    content_hash "$root/Cargo.toml" "$root/Cargo.lock" "$root/rust-toolchain.toml" "$root/template.yaml" \
        "$root/crates" "$root/functions" "$here/tools.txt" "$here/lib/build.sh"
}

# check_rust: ends the run with words if there is no Rust.
check_rust() {
    command -v cargo >/dev/null || fail "No cargo found. Install Rust by rustup (https://rustup.rs), then run this again."
}

# build: into .aws-sam/build, stripped of symbols, which would be most of each archive.
build() {
    cd "$root" || exit
    export PATH="$tools_venv/bin:$PATH" SAM_CLI_TELEMETRY=0 SAM_BUILD_MODE=debug CARGO_LAMBDA_COMPILER=cargo
    sam build --beta-features --parameter-overrides "Architecture=$sam_arch"
    find .aws-sam/build -name bootstrap -exec strip --strip-all {} +
}
