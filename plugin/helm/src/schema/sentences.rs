//! Schemas as Helm understood them up to 3.18.4: drafts 4, 6 and 7, and its own words for violations, such as
//! `age: Must be greater than or equal to 0`.
//!
//! Of alternatives none of which fits, the one that fits best is told. How well one fits is a count of what was looked
//! at and found right, so the count here follows that of Helm's validator step by step.

mod check;
mod constant;
mod document;
mod evaluate;
mod format;

use serde_json::Value as Json;

use document::Document;
use evaluate::Report;

use super::Violations;

/// The violations, one a line, or why the schema cannot be used.
pub(super) fn validate(schema: &Json, values: &Json) -> Result<(), Violations> {
    let document = Document::new(schema)?;
    check::check(&document)?;
    let mut report = Report::default();
    evaluate::root(&document, values, &mut report);
    if report.is_valid() { Ok(()) } else { Err(report.violations()) }
}
