//! A comparison in the form that was asked for.

use serde_json::{Value, json};
use similar::TextDiff;

use super::object::Name;
use crate::report::Paint;

/// An object that is not the same on both sides.
pub(super) struct Change<'a> {
    pub(super) name: &'a Name,
    pub(super) old: Option<&'a String>,
    pub(super) new: Option<&'a String>,
}

// === impl Change ===

impl Change<'_> {
    const fn kind(&self) -> &'static str {
        match (self.old, self.new) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        }
    }

    /// Unified differences, as patch(1) reads them.
    fn unified(&self, context: usize) -> String {
        let text = |side: Option<&String>| side.cloned().unwrap_or_default();
        let (old, new) = (text(self.old), text(self.new));
        let name =
            |side: Option<&String>| side.map_or_else(|| "/dev/null".to_owned(), |_| self.name.to_string());
        let diff = TextDiff::from_lines(&old, &new);
        diff.unified_diff().context_radius(context).header(&name(self.old), &name(self.new)).to_string()
    }
}

/// All of them, one after the other.
pub(super) fn text(changes: &[Change<'_>], context: usize, paint: Paint) -> String {
    let line = |line: &str| {
        let code = match line.as_bytes().first() {
            _ if line.starts_with("---") || line.starts_with("+++") => "1",
            Some(b'-') => "31",
            Some(b'+') => "32",
            Some(b'@') => "36",
            _ => return format!("{line}\n"),
        };
        format!("{}\n", paint.colour(line, code))
    };
    changes.iter().map(|change| change.unified(context).lines().map(line).collect::<String>()).collect()
}

/// A summary, and each object to be opened. What is longer than `max` bytes is counted instead of shown.
pub(super) fn markdown(changes: &[Change<'_>], context: usize, max: usize) -> String {
    if changes.is_empty() {
        return "No differences.\n".to_owned();
    }
    let count = |kind| changes.iter().filter(|change| change.kind() == kind).count();
    let mut text =
        format!("**{} added, {} changed, {} removed**\n", count("added"), count("changed"), count("removed"));
    let mut left_out = 0;
    for change in changes {
        let section = section(change, context);
        // Room for the sentence about what is left out.
        if text.len() + section.len() + 64 > max {
            left_out += 1;
        } else {
            text.push_str(&section);
        }
    }
    if left_out > 0 {
        text.push_str(&format!("\n{left_out} more are too long to be shown.\n"));
    }
    text
}

fn section(change: &Change<'_>, context: usize) -> String {
    let unified = change.unified(context);
    // A fence has to be longer than any in the text.
    let mut fence = "```".to_owned();
    while unified.contains(&fence) {
        fence.push('`');
    }
    format!(
        "\n<details><summary>{} <code>{}</code></summary>\n\n{fence}diff\n{unified}{fence}\n\n</details>\n",
        change.kind(),
        change.name
    )
}

/// An array with one object for each change.
pub(super) fn json(changes: &[Change<'_>], context: usize) -> String {
    let object = |change: &Change<'_>| {
        let Name { group, kind, namespace, name } = change.name;
        json!({
            "change": change.kind(),
            "group": group,
            "kind": kind,
            "namespace": namespace,
            "name": name,
            "diff": change.unified(context),
        })
    };
    format!("{:#}\n", Value::Array(changes.iter().map(object).collect()))
}
