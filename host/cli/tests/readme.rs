//! What the README says to run, runs.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The lines of all blocks of this language, without their comments.
fn lines(document: &str, language: &str) -> Vec<String> {
    let text = fs_err::read_to_string(root().join(document)).unwrap();
    let opening = format!("```{language}");
    let blocks = text.split("\n```").skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let wanted = blocks.iter().filter_map(|block| block.strip_prefix(opening.trim_start_matches('`')));
    let lines = wanted.flat_map(str::lines).map(|line| line.split(" # ").next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn blocks(document: &str, language: &str) -> Vec<String> {
    let text = fs_err::read_to_string(root().join(document)).unwrap();
    let blocks = text.split("\n```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(language)).map(str::to_owned).collect()
}

#[test]
fn its_commands_run() {
    let commands = lines("README.md", "sh");
    let run = commands.iter().filter_map(|line| line.strip_prefix("target/release/tiphys "));
    let cache = tempfile::tempdir().unwrap();
    let mut count = 0;
    for arguments in run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        command.current_dir(root()).env("TIPHYS_CACHE", cache.path()).args(arguments.split_whitespace());
        let output = command.output().unwrap();
        assert!(output.status.success(), "`{arguments}`: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stdout.is_empty(), "`{arguments}` says nothing");
        count += 1;
    }
    assert!(count >= 4, "only {count} commands were found");
}

#[test]
fn its_make_targets_exist() {
    let makefile = fs_err::read_to_string(root().join("Makefile")).unwrap();
    let commands = lines("README.md", "sh");
    let targets: Vec<&str> = commands.iter().filter_map(|line| line.strip_prefix("make ")).collect();
    assert!(targets.contains(&"demo") && targets.contains(&"test"), "{targets:?}");
    for target in targets {
        assert!(makefile.contains(&format!("\n{target}:")), "there is no `make {target}`");
    }
}

/// The configuration that it shows is one: every error in it would be about files that are not here.
#[test]
fn its_configuration_is_one() {
    let configuration = blocks("README.md", "yaml").into_iter().find(|block| block.contains("registries:"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tiphys.yaml");
    fs_err::write(&file, configuration.unwrap()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
    command.current_dir(root()).arg("--config").arg(&file).args(["--cache"]).arg(folder.path());
    command.args(["render", "examples/charts/session-store"]);
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("harbor-ca.pem"), "{errors}");
    assert!(!errors.contains("problem"), "{errors}");
}
