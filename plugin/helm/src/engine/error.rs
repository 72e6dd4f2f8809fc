//! Errors of templates: Helm's text, and beside it where in the chart and through which includes.

use gotemplate::{ExecCause, ExecError, ParseError};

use super::functions::{MESSAGE_END, MESSAGE_START};
use crate::profile::{Major, Profile};

/// A template is malformed or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    text: String,
    frames: Vec<Frame>,
    message: String,
}

/// One level of a failure: a place in a file of a chart, or in a text given to `tpl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The file, as Helm names it: `chart/charts/subchart/templates/x.yaml`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The byte in the line, from 0; `None` if the file could not be parsed.
    pub column: Option<usize>,
    /// The template that was executing.
    pub template: String,
    /// What was being evaluated, as Go prints it.
    pub node: String,
}

impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for TemplateError {}

impl TemplateError {
    /// The failure from the rendered file inwards.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// What is wrong, without where.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The dotted path of the value that the failed expression reads first.
    #[must_use]
    pub fn value_path(&self) -> Option<String> {
        let (_, path) = self.frames.last()?.node.split_once(".Values.")?;
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let path = path.split(|c: char| !is_part(c)).next()?;
        (!path.is_empty()).then(|| path.to_owned())
    }

    /// A line that a person who is stuck might want to read.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let path = self.message.strip_prefix("nil pointer evaluating ")?;
        let key = path.rsplit('.').next()?;
        let node = self.frames.last().map(|frame| frame.node.as_str()).filter(|node| node.starts_with('.'));
        let parent = node
            .and_then(|node| node.split_once(&format!(".{key}")))
            .map_or("its parent", |(parent, _)| parent);
        Some(format!(
            "`{parent}` is not set: set it in the values, or guard the access with `with` or `default`"
        ))
    }

    /// A file that is no template.
    pub(super) fn parse(error: ParseError) -> Self {
        let whole = error.to_string();
        // Helm takes the text apart at `: `, so that of a message with a colon only the last part is left.
        let message = whole.rsplit(": ").next().unwrap_or(&whole).to_owned();
        let location = whole.split(": ").nth(1).unwrap_or_default();
        let text = format!("parse error at ({location}): {message}");
        let file = error.name.clone();
        let frame =
            Frame { template: file.clone(), file, line: error.line, column: None, node: String::new() };
        Self { text, frames: vec![frame], message: error.message }
    }

    /// A template that failed while `file` was rendered.
    pub(super) fn exec(file: &str, error: &ExecError, profile: Profile) -> Self {
        let frames = error.chain().filter_map(frame).collect();
        let (text, message) = match message(error) {
            Some((location, message)) => (format!("execution error at ({location}): {message}"), message),
            None => (layout(file, error, profile), last_message(error)),
        };
        Self { text, frames, message }
    }
}

fn frame(error: &ExecError) -> Option<Frame> {
    let location = error.location()?;
    Some(Frame {
        file: location.file.clone(),
        line: location.line,
        column: Some(location.column),
        template: error.template().to_owned(),
        node: location.node.clone(),
    })
}

fn last_message(error: &ExecError) -> String {
    error.chain().last().unwrap_or(error).cause().to_string()
}

/// The place of the rendered file and the message of a `fail` or `required` somewhere below.
fn message(error: &ExecError) -> Option<(String, String)> {
    let text = error.to_string();
    let mut parts = text.splitn(3, ": ");
    let (location, rest) = (parts.nth(1)?, parts.next()?);
    let (_, from) = rest.split_once(MESSAGE_START)?;
    let (message, _) = from.rsplit_once(MESSAGE_END)?;
    Some((location.to_owned(), message.to_owned()))
}

fn layout(file: &str, error: &ExecError, profile: Profile) -> String {
    let text = error.to_string();
    if text.splitn(3, ": ").count() < 3 {
        return format!("execution error in ({file}): {text}");
    }
    match profile.major() {
        Major::Three => text,
        Major::Four => in_lines(error).unwrap_or(text),
    }
}

/// Helm 4's layout, one paragraph a level. `None` where some level is told by another text than Go's templates
/// have: then Helm leaves the whole as it is.
fn in_lines(error: &ExecError) -> Option<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    for error in error.chain() {
        let paragraph = paragraph(&error.to_string())?;
        if paragraphs.last() != Some(&paragraph) {
            paragraphs.push(paragraph);
        }
        if let ExecCause::Function { error, .. } = error.cause() {
            // The function's own error must be the next level itself, not a text around it.
            if error.cause().is_none_or(|cause| cause.to_string() != error.to_string()) {
                return None;
            }
        }
    }
    Some(paragraphs.concat().trim().to_owned())
}

/// One level, taken apart as Helm does it: by its text.
fn paragraph(text: &str) -> Option<String> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(format!("{text}\n"));
    }
    executing(rest).or_else(|| {
        let (location, message) = rest.rsplit_once(": ")?;
        Some(format!("{location}\n  {}\n", without_next_level(message)))
    })
}

fn executing(rest: &str) -> Option<String> {
    let (location, after) = rest.split_once(": executing \"")?;
    let (function, after) = after.split_once('"')?;
    let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
    let message = without_next_level(message);
    Some(format!("{location}\n  executing \"{function}\" at <{node}>:\n    {message}\n"))
}

fn without_next_level(message: &str) -> &str {
    message.split_once(" template:").map_or(message, |(message, _)| message)
}
