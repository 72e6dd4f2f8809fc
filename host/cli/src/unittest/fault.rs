//! Errors of templates: where they are, and what the author of the chart said.

use std::sync::LazyLock;

use regex::Regex;

/// An error of one template.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The template, by its full name.
    pub(super) template: String,
    /// What is wrong.
    pub(super) message: String,
}

/// The first place in a text, such as `web/templates/a.yaml:3:5`, after `: ` or a bracket, and what follows the next
/// colon.
static PLACE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?ms)^(?:.+?: |.+? \()(.+?):[0-9]+:[0-9]+.+?: (.+?)$").ok());

/// Reads the text of an error. Of one with several lines, the message is all but the first.
pub(super) fn parse(error: &str) -> Option<Fault> {
    let found = PLACE.as_ref()?.captures(error)?;
    let group = |at| found.get(at).map(|group| group.as_str().to_owned());
    let message = match error.split_once('\n') {
        Some((_, rest)) => rest.to_owned(),
        None => group(2)?,
    };
    Some(Fault { template: group(1)?, message })
}

// === impl Fault ===

impl Fault {
    /// Whether it is in a file that only defines templates for others.
    pub(super) fn is_in_partial(&self) -> bool {
        self.template.rsplit('/').next().is_some_and(|base| base.starts_with('_'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: &str, expect: Option<(&str, &str)>) {
        let expect =
            expect.map(|(template, message)| Fault { template: template.into(), message: message.into() });
        assert_eq!(parse(error), expect, "{error}");
    }

    #[test]
    fn the_message_is_what_the_author_said() {
        let place = "execution error at (web/templates/a.yaml:3:5): ";
        check(&format!("{place}no: tag"), Some(("web/templates/a.yaml", "no: tag")));
        check(&format!("{place}\nfirst\nsecond"), Some(("web/templates/a.yaml", "first\nsecond")));
        let nested = "template: web/templates/_h.tpl:1:2: executing \"h\" at <.x>: nil pointer";
        check(nested, Some(("web/templates/_h.tpl", "nil pointer")));
        check("parse error at (web/templates/a.yaml:3): unclosed action", None);
    }
}
