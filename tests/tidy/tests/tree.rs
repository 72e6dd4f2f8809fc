//! How files are laid out and begin.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::path::Path;

fn rust_files() -> Vec<std::path::PathBuf> {
    ["host", "plugin", "tests", "examples"]
        .iter()
        .flat_map(|folder| tidy::files(&tidy::root().join(folder), ".rs"))
        .collect()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(tidy::root()).unwrap().display().to_string()
}

#[test]
fn modules_are_files_beside_their_folder() {
    for path in rust_files() {
        assert_ne!(path.file_name().unwrap(), "mod.rs", "{}", shown(&path));
    }
}

#[test]
fn every_file_says_what_it_is() {
    for path in rust_files() {
        if path.file_name().unwrap() == "tests.rs" {
            continue;
        }
        let text = fs_err::read_to_string(&path).unwrap();
        let first = text.lines().find(|line| !line.starts_with("#!") && !line.is_empty()).unwrap_or_default();
        assert!(first.starts_with("//!"), "{} begins with `{first}`", shown(&path));
    }
}

#[test]
fn the_contract_is_documented() {
    for path in tidy::files(&tidy::root().join("wit"), ".wit") {
        let text = fs_err::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (before, item) in lines.iter().zip(lines.iter().skip(1)) {
            let keywords = ["record ", "variant ", "enum ", "flags ", "resource ", "interface ", "world "];
            let line = item.trim();
            let declares =
                keywords.iter().any(|keyword| line.starts_with(keyword)) || line.contains(": func(");
            assert!(!declares || before.trim().starts_with("///"), "{}: undocumented `{line}`", shown(&path));
        }
    }
}
