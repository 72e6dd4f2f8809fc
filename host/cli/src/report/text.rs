//! Errors for people.

use super::diagnostic::Diagnostic;

/// Colours, where they are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(bool);

impl Paint {
    /// At a terminal, unless `NO_COLOR` is set; always with `CLICOLOR_FORCE`.
    pub(crate) fn new(terminal: bool, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).is_some_and(|text| !text.is_empty() && text != "0");
        Self(!set("NO_COLOR") && (terminal || set("CLICOLOR_FORCE")))
    }

    /// `text` in the colour with this number, such as `31` for red.
    pub(crate) fn colour(self, text: &str, code: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Each error with its place, the line there, and what to do.
pub(super) fn write(diagnostics: &[Diagnostic], paint: Paint) -> String {
    diagnostics.iter().map(|diagnostic| one(diagnostic, paint)).collect()
}

fn one(diagnostic: &Diagnostic, paint: Paint) -> String {
    let mut text = format!("{} ", paint.colour("Error:", "1;31"));
    if let Some(application) = &diagnostic.application {
        text.push_str(&format!("application `{application}`: "));
    }
    text.push_str(diagnostic.message.trim_end());
    if let Some(place) = &diagnostic.place {
        text.push_str(&format!("\n  {} {}", paint.colour("-->", "1;34"), place.location));
        if let Some(excerpt) = place.excerpt() {
            text.push_str(&format!("\n{excerpt}"));
        }
    }
    if let Some(hint) = &diagnostic.hint {
        text.push_str(&format!("\n{} {hint}", paint.colour("hint:", "1;36")));
    }
    text.push('\n');
    text
}
