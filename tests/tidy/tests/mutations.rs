//! Takes the rules out, one at a time, and sees that a test fails without each.
//!
//! `mutations.txt` says what is taken out. That its texts are in the code is checked always; to run the tests without
//! the rules takes long, changes files while it runs, and is asked for: `make mutations`, or `RULE=R6 make mutations`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

/// One rule taken out.
#[derive(Debug, Default)]
struct Mutation {
    rule: String,
    /// Of `cargo test`, such as `-p policy --lib`.
    selection: String,
    /// The tests that must fail.
    tests: Vec<String>,
    /// For a test that must not even compile: what the compiler says.
    complaint: Option<String>,
    file: String,
    /// What the code says, and what it says without the rule.
    old: String,
    new: String,
}

/// Puts a file back as it was, however the test ends.
struct Restored {
    path: PathBuf,
    text: String,
}

impl Drop for Restored {
    fn drop(&mut self) {
        fs_err::write(&self.path, &self.text).unwrap();
    }
}

fn mutations() -> Vec<Mutation> {
    let mut found: Vec<Mutation> = Vec::new();
    for line in include_str!("mutations.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.split_at_checked(2) {
            Some(("==", head)) => {
                let (rule, selection) = head.trim().split_once(' ').unwrap();
                let (rule, selection) = (rule.to_owned(), selection.to_owned());
                found.push(Mutation { rule, selection, ..Mutation::default() });
            }
            Some(("!!", rest)) => {
                let (test, complaint) = rest.trim().split_once(" | ").unwrap();
                let mutation = found.last_mut().unwrap();
                mutation.tests.push(test.to_owned());
                mutation.complaint = Some(complaint.to_owned());
            }
            Some(("! ", test)) => found.last_mut().unwrap().tests.push(test.to_owned()),
            Some(("@ ", file)) => file.clone_into(&mut found.last_mut().unwrap().file),
            Some(("- ", code)) => found.last_mut().unwrap().old += &format!("{code}\n"),
            Some(("+ ", code)) => found.last_mut().unwrap().new += &format!("{code}\n"),
            None if line.is_empty() => {}
            _ => panic!("`{line}` begins no line of the list"),
        }
    }
    found
}

// === impl Mutation ===

impl Mutation {
    fn path(&self) -> PathBuf {
        tidy::root().join(&self.file)
    }

    /// Runs the tests without the rule; those that pass all the same.
    fn survived(&self) -> Vec<String> {
        let text = fs_err::read_to_string(self.path()).unwrap();
        let restored = Restored { path: self.path(), text };
        fs_err::write(&restored.path, restored.text.replacen(&self.old, &self.new, 1)).unwrap();
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(tidy::root()).args(["test", "--locked", "--quiet"]);
        // What is compiled for one run need not be fast.
        command.env("CARGO_PROFILE_DEV_OPT_LEVEL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0");
        command.env("CARGO_INCREMENTAL", "1");
        command.args(self.selection.split_whitespace()).arg("--").arg("--exact").args(&self.tests);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr).into_owned();
        if self.complaint.as_ref().is_some_and(|complaint| complained.contains(complaint)) {
            return Vec::new();
        }
        if !said.contains("test result: FAILED") && !output.status.success() {
            panic!("{}: no test was run: {complained}", self.rule);
        }
        let failed = |test: &&String| said.lines().any(|line| line.trim() == **test);
        self.tests.iter().filter(|test| !failed(test)).cloned().collect()
    }
}

#[test]
fn what_is_taken_out_is_there() {
    let root = tidy::root();
    for mutation in mutations() {
        let Mutation { rule, file, old, tests, .. } = &mutation;
        let text = fs_err::read_to_string(root.join(file)).unwrap();
        let count = text.matches(old.as_str()).count();
        assert_eq!(count, 1, "{rule}: in {file} there is {count} times:\n{old}");
        assert!(!tests.is_empty(), "{rule}: {mutation:?}");
    }
}

/// Each test that `rules.rs` names is here, with the rule that it fails without.
#[test]
fn every_rule_is_taken_out() {
    let proved: BTreeSet<(String, String)> = mutations()
        .into_iter()
        .flat_map(|mutation| mutation.tests.into_iter().map(move |test| (mutation.rule.clone(), test)))
        .map(|(rule, test)| (rule, test.rsplit("::").next().unwrap().to_owned()))
        .collect();
    for row in include_str!("rules.rs").lines().filter_map(|line| line.strip_prefix("//! | R")) {
        let rule = format!("R{}", row.split(' ').next().unwrap());
        let test = row.split('`').nth(3).unwrap().to_owned();
        assert!(proved.contains(&(rule.clone(), test.clone())), "{rule}: nothing shows that `{test}` fails");
    }
}

#[test]
#[ignore = "takes minutes, and changes files while it runs"]
fn a_test_fails_without_each_rule() {
    let wanted = option_env!("RULE");
    let mut survivors = Vec::new();
    for mutation in mutations() {
        if wanted.is_some_and(|wanted| wanted != mutation.rule) {
            continue;
        }
        let survived = mutation.survived();
        let verdict = if survived.is_empty() { "fails" } else { "PASSES" };
        println!(
            "{} without `{}`: {} {verdict}",
            mutation.rule,
            mutation.old.trim(),
            mutation.tests.join(", ")
        );
        survivors.extend(survived.into_iter().map(|test| format!("{} {test}", mutation.rule)));
    }
    assert!(survivors.is_empty(), "these pass without their rule: {survivors:#?}");
}
