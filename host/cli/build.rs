//! Builds the Helm plugin for the sandbox, a snapshot of it and its machine code, so that both are in the binary.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;

const TARGET: &str = "wasm32-wasip2";
const PROFILE: &str = "release-guest";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    for watched in ["plugin", "wit", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(watched).display());
    }
    let out = PathBuf::from(variable("OUT_DIR")?);
    let component = fs::read(build_guest(&root, &out)?)?;
    let component = sandbox::snapshot(&component).map_err(|error| error.to_string())?;
    fs::write(out.join("helm.wasm"), &component)?;
    fs::write(out.join("helm.digest"), cache::Digest::of(&component).to_string())?;
    let code = sandbox::precompile(&component, &variable("TARGET")?).map_err(|error| error.to_string())?;
    fs::write(out.join("helm.code"), code)?;
    Ok(())
}

/// Runs cargo for the guest, in a target folder of its own: this build holds the lock of the other.
fn build_guest(root: &Path, out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    // One folder for all profiles, beside theirs, so that a release build finds what a test built.
    let target =
        out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists()).unwrap_or(out).join("guest");
    let mut cargo = Command::new(variable("CARGO")?);
    cargo.current_dir(root).args([
        "build",
        "--package",
        "helm-plugin",
        "--target",
        TARGET,
        "--profile",
        PROFILE,
    ]);
    cargo.arg("--target-dir").arg(&target);
    // Without these instructions, which the sandbox always has, text is looked at one byte at a time.
    cargo.arg("--config").arg(format!("target.{TARGET}.rustflags=['-Ctarget-feature=+simd128']"));
    if root.join("Cargo.lock").exists() {
        cargo.arg("--locked");
    }
    // What cargo tells this build is about the host, not about the guest.
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let inherited = ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_TERM_COLOR"].contains(&name.as_str());
        if (name.starts_with("CARGO") && !inherited)
            || name.starts_with("RUSTFLAGS")
            || name.starts_with("RUSTC")
        {
            cargo.env_remove(name);
        }
    }
    let status = cargo.status()?;
    if !status.success() {
        return Err(format!("building the Helm plugin for `{TARGET}` failed: is the target installed? `rustup toolchain install` in {} installs it", root.display()).into());
    }
    Ok(target.join(TARGET).join(PROFILE).join("helm_plugin.wasm"))
}

#[expect(clippy::disallowed_methods, reason = "cargo talks to build scripts through the environment")]
fn variable(name: &str) -> Result<String, Box<dyn Error>> {
    env::var(name).map_err(|error| format!("{name}: {error}").into())
}
