//! What `docs/cli.md` says to run, runs, and ends as it says.

use std::path::Path;
use std::process::Command;

use crate::Tiphys;

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The commands of `sh` blocks; one that is said to end otherwise has `# ends with CODE` behind it.
fn commands() -> Vec<(String, i32)> {
    let text = fs_err::read_to_string(root().join("docs/cli.md")).unwrap();
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix("tiphys "));
    let expected = |line: &str| {
        let code = line.split_once("# ends with ").and_then(|(_, code)| code.trim().parse().ok());
        (line.split(" # ").next().unwrap().to_owned(), code.unwrap_or(0))
    };
    lines.map(expected).collect()
}

#[test]
fn its_commands_run() {
    let tiphys = Tiphys::new();
    let work = tempfile::tempdir().unwrap();
    crate::copy(&root().join("examples"), &work.path().join("examples"));
    let commands = commands();
    assert!(commands.len() >= 12, "only {} commands were found", commands.len());
    for (line, code) in commands {
        let arguments: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches('\'')).collect();
        let output = tiphys.command(&arguments).current_dir(work.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "`tiphys {line}`: {said}");
    }
}

/// Every command is in the page, and every command of the page is one.
#[test]
fn it_has_every_command_of_ours() {
    let text = fs_err::read_to_string(root().join("docs/cli.md")).unwrap();
    for command in ["render", "diff", "lock", "vendor", "test"] {
        assert!(text.contains(&format!("tiphys {command}")), "`{command}` is missing");
        let help = Command::new(env!("CARGO_BIN_EXE_tiphys")).args([command, "--help"]).output().unwrap();
        assert!(help.status.success());
        assert!(String::from_utf8(help.stdout).unwrap().contains("Examples:"), "`{command}` has no examples");
    }
}
