//! What was found out, for people.

use std::fmt::{self, Write as _};

use ::credentials::{Explanation, Listed, Outcome, Probe, Problem};

use super::Text;

impl Text for Explanation {
    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a `String` can't fail.
        let _ = explain(&mut text, self);
        text
    }
}

impl Text for Probe {
    fn text(&self) -> String {
        let mut text = String::new();
        let _ = walk(&mut text, self);
        text
    }
}

fn explain(text: &mut String, explanation: &Explanation) -> fmt::Result {
    let Explanation { reference, destination, project, outcome, candidates, passed_over, problems, hint } =
        explanation;
    writeln!(text, "reference:   {}", reference.escape_debug())?;
    if let Some(destination) = destination {
        writeln!(text, "understood:  {destination}")?;
    }
    let project = project.as_deref().unwrap_or("none, so that only entries for all projects are seen");
    writeln!(text, "project:     {}", project.escape_debug())?;
    match outcome {
        Outcome::Credential { label } => writeln!(text, "used:        `{label}`")?,
        Outcome::Anonymous => writeln!(text, "used:        nothing, the registry is asked as everybody may")?,
        Outcome::Error { message } => writeln!(text, "error:       {message}")?,
    }
    if let [best, rest @ ..] = candidates.as_slice() {
        writeln!(text, "\nentries for it, best first (longest path, then the project's own, then source):")?;
        listed(text, best)?;
        rest.iter().try_for_each(|entry| listed(text, entry))?;
    }
    if !passed_over.is_empty() {
        writeln!(text, "\nentries for the same host that are not for it:")?;
        for passed in passed_over {
            listed(text, &passed.entry)?;
            writeln!(text, "    {}", passed.reason)?;
        }
    }
    list_problems(text, problems)?;
    hint.iter().try_for_each(|hint| writeln!(text, "\nhint: {hint}"))
}

fn listed(text: &mut String, entry: &Listed) -> fmt::Result {
    let Listed { label, source, prefix, projects, login } = entry;
    writeln!(text, "  `{label}` ({source}): `{prefix}`, for {projects}, {login}")
}

fn list_problems(text: &mut String, problems: &[Problem]) -> fmt::Result {
    if !problems.is_empty() {
        writeln!(text, "\ncan't be used:")?;
    }
    problems.iter().try_for_each(|Problem { label, reason }| writeln!(text, "  `{label}`: {reason}"))
}

fn walk(text: &mut String, probe: &Probe) -> fmt::Result {
    for step in &probe.steps {
        writeln!(text, "{}: {}", step.action, step.result)?;
    }
    writeln!(text, "{}", if probe.passed { "passed" } else { "failed" })?;
    probe.hint.iter().try_for_each(|hint| writeln!(text, "hint: {hint}"))
}
