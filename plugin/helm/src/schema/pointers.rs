//! Violations as Helm tells them since 3.18.5: `at '/age': minimum: got -5, want 0`.

mod address;
mod combinators;
mod format;

use boon::{ErrorKind, ValidationError};
use gotemplate::FloatKind;
use gotemplate::strconv::{FloatFormat, format_float};
use serde_json::{Number, Value as Json};

/// The violations, one a line, those within others indented.
pub(super) fn tell(error: &ValidationError<'_, '_>) -> String {
    let mut text = String::new();
    push_causes(&mut text, error, 0);
    text
}

/// The dotted paths of the values that are wrong.
pub(super) fn paths(error: &ValidationError<'_, '_>) -> Vec<String> {
    let dotted = |cause: &ValidationError<'_, '_>| {
        let pointer = cause.instance_location.to_string();
        let keys = pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~"));
        keys.collect::<Vec<_>>().join(".")
    };
    let mut paths: Vec<String> = error.causes.iter().map(dotted).collect();
    paths.dedup();
    paths
}

/// The violations behind a line that names the schema.
pub(super) fn tell_all(error: &ValidationError<'_, '_>) -> String {
    let text = tell(error);
    format!("jsonschema {}\n{}", message(&error.kind), text.trim_end())
}

fn push_causes(text: &mut String, error: &ValidationError<'_, '_>, depth: usize) {
    for cause in &error.causes {
        let lost = combinators::lost_between(error, cause);
        for (extra, combinator) in lost.iter().enumerate() {
            push_line(text, &combinator.place, combinator.message, depth + extra);
        }
        push(text, cause, depth + lost.len());
    }
}

fn push_line(text: &mut String, place: &str, message: &str, depth: usize) {
    text.push_str(&format!("{}- at {}: {message}\n", "  ".repeat(depth), quote(place)));
}

fn push(text: &mut String, error: &ValidationError<'_, '_>, depth: usize) {
    // A reference that leads to a single violation adds nothing.
    let skips = error.causes.len() == 1 && matches!(error.kind, ErrorKind::Reference { .. });
    if !skips {
        push_line(text, &error.instance_location.to_string(), &message(&error.kind), depth);
    }
    push_causes(text, error, if skips { depth } else { depth + 1 });
}

fn message(kind: &ErrorKind<'_, '_>) -> String {
    match kind {
        ErrorKind::Group | ErrorKind::Reference { .. } => "validation failed".to_owned(),
        ErrorKind::Schema { url } => format!("validation failed with {}", quote(url)),
        ErrorKind::ContentSchema => "'contentSchema' failed".to_owned(),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quote(prop)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => {
            format!(
                "both {kw_loc1} and {kw_loc2} resolve to {} causing reference cycle",
                crate::text::quote(url)
            )
        }
        ErrorKind::FalseSchema => "false schema".to_owned(),
        ErrorKind::Type { got, want } => {
            let want: Vec<_> = want.iter().map(|one| one.to_string()).collect();
            format!("got {got}, want {}", want.join(" or "))
        }
        ErrorKind::Enum { want } => enumeration(want),
        ErrorKind::Const { want: Json::Array(_) | Json::Object(_) } => "'const' failed".to_owned(),
        ErrorKind::Const { want } => format!("value must be {}", display(want)),
        ErrorKind::Format { got, want, err } => {
            let reason = format::reason(want, got.as_str().unwrap_or_default(), &err.to_string());
            format!("{} is not valid {want}: {reason}", display(got))
        }
        ErrorKind::MinProperties { got, want } => counts("minProperties", *got, *want),
        ErrorKind::MaxProperties { got, want } => counts("maxProperties", *got, *want),
        ErrorKind::MinItems { got, want } => counts("minItems", *got, *want),
        ErrorKind::MaxItems { got, want } => counts("maxItems", *got, *want),
        ErrorKind::MinLength { got, want } => counts("minLength", *got, *want),
        ErrorKind::MaxLength { got, want } => counts("maxLength", *got, *want),
        ErrorKind::AdditionalProperties { got } => {
            let mut names: Vec<_> = got.iter().map(|name| quote(name)).collect();
            names.sort_unstable();
            format!("additional properties {} not allowed", names.join(", "))
        }
        ErrorKind::Required { want } if want.len() == 1 => format!("missing property {}", quoted(want)),
        ErrorKind::Required { want } => format!("missing properties {}", quoted(want)),
        ErrorKind::Dependency { prop, missing } | ErrorKind::DependentRequired { prop, missing } => {
            format!("properties {} required, if {} exists", quoted(missing), quote(prop))
        }
        ErrorKind::Contains => "no items match contains schema".to_owned(),
        ErrorKind::MinContains { got, want } if got.is_empty() => {
            format!("min {} items required to match contains schema, but none matched", grouped(*want))
        }
        ErrorKind::MinContains { got, want } => contains("min", got, *want),
        ErrorKind::MaxContains { got, want } => contains("max", got, *want),
        ErrorKind::UniqueItems { got: [one, two] } => {
            format!("items at {} and {} are equal", grouped(*one), grouped(*two))
        }
        ErrorKind::AdditionalItems { got } => format!("last {} additionalItem(s) not allowed", grouped(*got)),
        ErrorKind::Pattern { got, want } => format!("{} does not match pattern {}", quote(got), quote(want)),
        ErrorKind::ContentEncoding { want, err } => format!("value is not {} encoded: {err}", quote(want)),
        ErrorKind::ContentMediaType { want, err, .. } => {
            format!("value is not of mediatype {}: {err}", quote(want))
        }
        ErrorKind::Minimum { got, want } => numbers("minimum", got, want),
        ErrorKind::Maximum { got, want } => numbers("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => numbers("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => numbers("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => numbers("multipleOf", got, want),
        ErrorKind::Not => "'not' failed".to_owned(),
        ErrorKind::AllOf => "'allOf' failed".to_owned(),
        ErrorKind::AnyOf => "'anyOf' failed".to_owned(),
        ErrorKind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
        ErrorKind::OneOf(Some((one, two))) => {
            format!("'oneOf' failed, subschemas {}, {} matched", grouped(*one), grouped(*two))
        }
    }
}

fn enumeration(want: &[Json]) -> String {
    if want.iter().any(|value| matches!(value, Json::Array(_) | Json::Object(_))) {
        return "'enum' failed".to_owned();
    }
    let values: Vec<_> = want.iter().map(display).collect();
    let one_of = if want.len() == 1 { "" } else { "one of " };
    format!("value must be {one_of}{}", values.join(", "))
}

fn counts(keyword: &str, got: usize, want: usize) -> String {
    format!("{keyword}: got {}, want {}", grouped(got), grouped(want))
}

fn contains(bound: &str, got: &[usize], want: usize) -> String {
    let places: Vec<_> = got.iter().map(usize::to_string).collect();
    let (want, count) = (grouped(want), grouped(got.len()));
    format!(
        "{bound} {want} items required to match contains schema, but matched {count} items at {}",
        places.join(" ")
    )
}

fn numbers(keyword: &str, got: &Number, want: &Number) -> String {
    format!("{keyword}: got {}, want {}", localized(got), localized(want))
}

/// A number as Go's English locale prints it: in groups of three digits, and from a million on, or below a
/// ten-thousandth, as a power of ten.
fn localized(number: &Number) -> String {
    let number = number.as_f64().unwrap_or_default();
    let text = format_float(number, FloatFormat::G, None, FloatKind::Float64);
    if let Some((mantissa, exponent)) = text.split_once('e') {
        let exponent: String = exponent.chars().filter_map(superscript).collect();
        return format!("{mantissa}×10{exponent}");
    }
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    format!("{sign}{}{fraction}", in_groups(digits))
}

fn superscript(c: char) -> Option<char> {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match c {
        '-' => Some('⁻'),
        digit => DIGITS.get(digit.to_digit(10)? as usize).copied(),
    }
}

fn grouped(count: usize) -> String {
    in_groups(&count.to_string())
}

fn in_groups(digits: &str) -> String {
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn display(value: &Json) -> String {
    match value {
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
        Json::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

/// Go's `%q` in single quotes.
fn quote(text: &str) -> String {
    let quoted = crate::text::quote(text);
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
    format!("'{}'", inner.replace("\\\"", "\"").replace('\'', "\\'"))
}
