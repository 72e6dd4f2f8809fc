//! Gives the component a stack for charts whose templates include each other deeply.

/// Bytes. The linker's own default of 1 MiB ends where Helm still renders.
const STACK: u32 = 16 << 20;

#[expect(clippy::disallowed_methods, reason = "cargo talks to build scripts through the environment")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_TARGET_FAMILY").is_some_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size={STACK}");
    }
}
