//! `postRenderer`: a command that gets what was rendered on its standard input, and writes what is to be looked at.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use super::suite::{PostRenderer, Setting};

/// The template of everything, if the command lost the marks between templates.
pub(super) const WHOLE: &str = "manifest.yaml";

/// What is before each template in what the command gets.
const MARK: &str = "---\n#### file:";

/// The command of a test.
pub(super) struct Renderer<'a>(&'a PostRenderer);

// === impl Renderer ===

impl<'a> Renderer<'a> {
    /// The first that is set.
    pub(super) fn of(settings: &[&'a Setting]) -> Option<Self> {
        let set = settings.iter().map(|setting| &setting.post_renderer);
        set.into_iter().find(|renderer| !renderer.cmd.is_empty()).map(Self)
    }

    pub(super) fn run(&self, by_name: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, String> {
        let joined: String =
            by_name.iter().map(|(name, text)| format!("{MARK} {name}\n{}\n", text.trim())).collect();
        let failed = |error: String| format!("post-renderer `{}` failed: {error}", self.0.cmd);
        let output = self.output(joined).map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            return Err(failed(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr))));
        }
        if output.stdout.trim_ascii().is_empty() {
            return Err(failed("it wrote nothing".to_owned()));
        }
        Ok(by_template(&String::from_utf8_lossy(&output.stdout)))
    }

    fn output(&self, input: String) -> std::io::Result<std::process::Output> {
        let mut child = Command::new(&self.0.cmd)
            .args(&self.0.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        // Beside reading: a command that writes while it reads would wait for ever.
        let writer =
            std::thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes())));
        let output = child.wait_with_output()?;
        // A command that does not read all of its input is free not to.
        drop(writer.join());
        Ok(output)
    }
}

fn by_template(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for block in text.split(MARK).skip(1) {
        let (name, manifest) = block.split_once('\n').unwrap_or((block, ""));
        found.insert(name.trim().to_owned(), manifest.to_owned());
    }
    if found.is_empty() {
        found.insert(WHOLE.to_owned(), text.to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(cmd: &str, args: &[&str]) -> Result<BTreeMap<String, String>, String> {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let renderer = PostRenderer { cmd: cmd.to_owned(), args };
        let texts = [("a/templates/x.yaml", "a: 1\n"), ("a/templates/y.yaml", "b: 2\n")];
        Renderer(&renderer).run(&texts.into_iter().map(|(name, text)| (name.into(), text.into())).collect())
    }

    #[test]
    fn what_came_of_which_template_is_kept() {
        let found = run("sed", &["s/1/3/"]).unwrap();
        assert_eq!(found.get("a/templates/x.yaml").unwrap(), "a: 3\n");
        assert_eq!(found.get("a/templates/y.yaml").unwrap(), "b: 2\n");
    }

    #[test]
    fn documents_without_marks_are_one_manifest() {
        let found = run("grep", &["-v", "#"]).unwrap();
        assert_eq!(found.get(WHOLE).unwrap(), "---\na: 1\n---\nb: 2\n");
    }

    #[test]
    fn failures_are_said() {
        assert!(run("no-such-command", &[]).unwrap_err().contains("`no-such-command` failed"));
        assert!(run("false", &[]).unwrap_err().contains("exit status: 1"));
    }
}
