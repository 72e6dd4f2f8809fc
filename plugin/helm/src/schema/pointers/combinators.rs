//! `allOf`, `anyOf` and `oneOf` around a single violation.
//!
//! The validator leaves them out where one branch alone is violated; Helm's has them always. Where they were is seen
//! from the violation's place in the schema.

use boon::{ErrorKind, ValidationError};

/// A combinator of which one branch was violated.
pub(super) struct Combinator {
    /// The pointer to the value that it is about.
    pub(super) place: String,
    /// What Helm says.
    pub(super) message: &'static str,
}

/// The combinators that are missing between an error and one of its causes, the outermost first.
pub(super) fn lost_between(
    error: &ValidationError<'_, '_>,
    cause: &ValidationError<'_, '_>,
) -> Vec<Combinator> {
    let start = match &error.kind {
        ErrorKind::Reference { url, .. } => url,
        _ => error.schema_url,
    };
    let Some(below) = cause.schema_url.strip_prefix(start) else { return Vec::new() };
    let mut keywords: Vec<&str> = below.split('/').skip(1).collect();
    if matches!(error.kind, ErrorKind::AllOf | ErrorKind::AnyOf | ErrorKind::OneOf(_)) {
        // The error itself is the first combinator.
        keywords.drain(..keywords.len().min(2));
    }
    Walk::default().over(&keywords, &cause.instance_location.to_string())
}

/// A way through a schema.
#[derive(Default)]
struct Walk {
    /// How many levels of the value were entered.
    levels: usize,
    /// The messages of the combinators, and how many levels were entered before them.
    found: Vec<(usize, &'static str)>,
}

impl Walk {
    fn over(mut self, keywords: &[&str], place: &str) -> Vec<Combinator> {
        let mut rest = keywords.iter();
        while let Some(keyword) = rest.next() {
            match *keyword {
                "allOf" => self.combinator("'allOf' failed"),
                "anyOf" => self.combinator("'anyOf' failed"),
                "oneOf" => self.combinator("'oneOf' failed, none matched"),
                "properties" | "patternProperties" | "prefixItems" => self.levels += 1,
                "items" if rest.as_slice().first().is_some_and(|next| next.parse::<usize>().is_ok()) => {
                    self.levels += 1;
                }
                "items" | "additionalProperties" | "additionalItems" | "contains" => {
                    self.levels += 1;
                    continue;
                }
                "if" | "then" | "else" | "not" => continue,
                "dependencies" | "dependentSchemas" => {}
                _ => break,
            }
            rest.next();
        }
        let levels: Vec<&str> = place.split('/').collect();
        let before = levels.len().saturating_sub(self.levels);
        let combinator = |(entered, message): (usize, &'static str)| {
            let place = levels.get(..before + entered).unwrap_or(&levels).join("/");
            Combinator { place, message }
        };
        self.found.into_iter().map(combinator).collect()
    }

    fn combinator(&mut self, message: &'static str) {
        self.found.push((self.levels, message));
    }
}
