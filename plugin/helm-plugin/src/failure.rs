//! Helm's errors, told to the host.

use helm::Error;
use sdk::Failure;

/// Helm's own text, with the innermost place that it is about: there a person has to look.
pub(crate) fn failure(error: &Error) -> Failure {
    let mut failure = Failure::application(error.to_string());
    if let Some(place) = error.location() {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let column = place.column.map_or(0, |column| number(column + 1));
        failure = failure.at(&place.file, place.line.map_or(1, number), column);
    }
    match hint(error) {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

fn hint(error: &Error) -> Option<String> {
    if let Error::Schema(_) = error {
        let paths = error.value_paths();
        let paths: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
        let which = if paths.is_empty() { "the values".to_owned() } else { paths.join(", ") };
        return Some(format!(
            "correct {which}; `skipSchemaValidation: true` renders without checking values"
        ));
    }
    error.hint()
}
