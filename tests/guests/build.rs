//! Builds the programs, and lists them, so that each of them has to have a test.

#![expect(clippy::disallowed_methods, reason = "build scripts are told by the environment what to do")]

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-wasip2";

fn main() -> Result<(), Box<dyn Error>> {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    for watched in ["programs", "../../plugin/sdk", "../../wit"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let target = target_directory(&out)?;
    build(&programs, &target)?;
    fs_err::write(out.join("programs.rs"), list(&programs, &target)?)?;
    Ok(())
}

/// A directory beside the ordinary build's own, whose lock is taken while this runs. All profiles share
/// it: the programs are the same.
fn target_directory(out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let build = out.ancestors().find(|ancestor| ancestor.file_name() == Some(OsStr::new("build")));
    let target = build.and_then(Path::parent).and_then(Path::parent).ok_or("`OUT_DIR` has no target")?;
    Ok(target.join("guests"))
}

fn build(programs: &Path, target: &Path) -> Result<(), Box<dyn Error>> {
    let mut cargo = Command::new(env::var("CARGO")?);
    cargo.args(["build", "--examples", "--release", "--locked", "--target", TARGET, "--target-dir"]);
    cargo.arg(target).current_dir(programs);
    // The outer build's wrappers and flags are meant for this machine's own target.
    for (name, _) in env::vars() {
        let is_outer = name.starts_with("CARGO_") && name != "CARGO_HOME" && !name.starts_with("CARGO_NET_");
        if is_outer || name.starts_with("RUSTC") || name == "RUSTFLAGS" {
            cargo.env_remove(name);
        }
    }
    let status = cargo.status()?;
    if status.success() { Ok(()) } else { Err(format!("building the guests failed: {status}").into()) }
}

/// A constant with the component of each program, and a macro that names all of them.
fn list(programs: &Path, target: &Path) -> Result<String, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs_err::read_dir(programs.join("examples"))? {
        let path = entry?.path();
        names.push(path.file_stem().and_then(OsStr::to_str).ok_or("a name is not text")?.to_owned());
    }
    names.sort();
    let mut text = String::new();
    for name in &names {
        let component = target.join(TARGET).join("release/examples").join(format!("{name}.wasm"));
        writeln!(text, "/// The component of `{name}`.")?;
        writeln!(text, "pub const {}: &[u8] = include_bytes!({component:?});", name.to_uppercase())?;
    }
    writeln!(text, "/// Fails to compile unless each program has a test of the same name in scope.")?;
    writeln!(text, "#[macro_export]\nmacro_rules! assert_each_has_a_test {{\n    () => {{")?;
    for name in &names {
        writeln!(
            text,
            "        #[expect(unused_imports, reason = \"it has to exist\")]\n        use {name} as _;"
        )?;
    }
    writeln!(text, "    }};\n}}")?;
    Ok(text)
}
