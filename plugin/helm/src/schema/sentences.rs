//! Violations as Helm tells them up to 3.18.4: `age: Must be greater than or equal to 0`.

use boon::{ErrorKind, Type, ValidationError};
use serde_json::{Number, Value as Json};

/// The violations, one a line.
pub(super) fn tell(error: &ValidationError<'_, '_>, values: &Json, schema: &Json) -> String {
    let mut teller = Teller { values, schema, text: String::new() };
    error.causes.iter().for_each(|cause| teller.tell(cause));
    teller.text
}

struct Teller<'a> {
    values: &'a Json,
    schema: &'a Json,
    text: String,
}

impl Teller<'_> {
    fn tell(&mut self, error: &ValidationError<'_, '_>) {
        match &error.kind {
            ErrorKind::Group | ErrorKind::Schema { .. } | ErrorKind::Reference { .. } => self.causes(error),
            ErrorKind::AllOf => {
                self.causes(error);
                self.line(error, "Must validate all the schemas (allOf)");
            }
            ErrorKind::AnyOf => {
                self.line(error, "Must validate at least one schema (anyOf)");
                self.closest(error);
            }
            ErrorKind::OneOf(_) => {
                self.line(error, "Must validate one and only one schema (oneOf)");
                self.closest(error);
            }
            ErrorKind::Required { want } => {
                want.iter().for_each(|name| self.line(error, &format!("{name} is required")));
            }
            ErrorKind::AdditionalProperties { got } => {
                let mut names: Vec<_> = got.iter().collect();
                names.sort_unstable();
                names
                    .iter()
                    .for_each(|name| self.line(error, &format!("Additional property {name} is not allowed")));
            }
            ErrorKind::Dependency { missing, .. } => {
                missing.iter().for_each(|name| self.line(error, &format!("Has a dependency on {name}")));
            }
            kind => {
                let sentence = self.sentence(kind, error);
                self.line(error, &sentence);
            }
        }
    }

    fn causes(&mut self, error: &ValidationError<'_, '_>) {
        error.causes.iter().for_each(|cause| self.tell(cause));
    }

    /// Of the branches none of which fits, the first is taken for the one that was meant.
    fn closest(&mut self, error: &ValidationError<'_, '_>) {
        error.causes.iter().take(1).for_each(|cause| self.tell(cause));
    }

    fn line(&mut self, error: &ValidationError<'_, '_>, sentence: &str) {
        self.text.push_str(&format!("- {}: {sentence}\n", field(error)));
    }

    fn sentence(&self, kind: &ErrorKind<'_, '_>, error: &ValidationError<'_, '_>) -> String {
        match kind {
            ErrorKind::Type { got, .. } => {
                format!(
                    "Invalid type. Expected: {}, given: {}",
                    self.expected(error),
                    self.given(*got, error)
                )
            }
            ErrorKind::Enum { want } => {
                let values: Vec<_> = want.iter().map(ToString::to_string).collect();
                format!("{} must be one of the following: {}", field(error), values.join(", "))
            }
            ErrorKind::Const { want } => format!("{} does not match: {want}", field(error)),
            ErrorKind::Format { want, .. } => format!("Does not match format '{want}'"),
            ErrorKind::MinProperties { want, .. } => format!("Must have at least {want} properties"),
            ErrorKind::MaxProperties { want, .. } => format!("Must have at most {want} properties"),
            ErrorKind::MinItems { want, .. } => format!("Array must have at least {want} items"),
            ErrorKind::MaxItems { want, .. } => format!("Array must have at most {want} items"),
            ErrorKind::UniqueItems { got: [one, two] } => format!("array items[{one},{two}] must be unique"),
            ErrorKind::Contains => "At least one of the items must match".to_owned(),
            ErrorKind::AdditionalItems { .. } => "No additional items allowed on array".to_owned(),
            ErrorKind::MinLength { want, .. } => {
                format!("String length must be greater than or equal to {want}")
            }
            ErrorKind::MaxLength { want, .. } => {
                format!("String length must be less than or equal to {want}")
            }
            ErrorKind::Pattern { want, .. } => format!("Does not match pattern '{want}'"),
            ErrorKind::Minimum { want, .. } => bound("greater than or equal to", want),
            ErrorKind::Maximum { want, .. } => bound("less than or equal to", want),
            ErrorKind::ExclusiveMinimum { want, .. } => bound("greater than", want),
            ErrorKind::ExclusiveMaximum { want, .. } => bound("less than", want),
            ErrorKind::MultipleOf { want, .. } => format!("Must be a multiple of {want}"),
            ErrorKind::Not => "Must not validate the schema (not)".to_owned(),
            ErrorKind::PropertyName { prop } => format!("Property name of \"{prop}\" does not match"),
            ErrorKind::FalseSchema => "False always fails validation".to_owned(),
            other => other.to_string(),
        }
    }

    /// The types as the schema lists them.
    fn expected(&self, error: &ValidationError<'_, '_>) -> String {
        let fragment = error.schema_url.split_once('#').map_or("", |(_, fragment)| fragment);
        match self.schema.pointer(fragment).and_then(|schema| schema.get("type")) {
            Some(Json::String(one)) => one.clone(),
            Some(Json::Array(many)) => {
                let names: Vec<_> = many.iter().filter_map(Json::as_str).collect();
                format!("[{}]", names.join(","))
            }
            _ => String::new(),
        }
    }

    fn given(&self, got: Type, error: &ValidationError<'_, '_>) -> String {
        let value = self.values.pointer(&error.instance_location.to_string());
        let is_integer = value.and_then(Json::as_f64).is_some_and(|value| value.fract() == 0.0);
        if got == Type::Number && is_integer { "integer".to_owned() } else { got.to_string() }
    }
}

fn bound(relation: &str, want: &Number) -> String {
    format!("Must be {relation} {want}")
}

/// The dotted path of the value.
fn field(error: &ValidationError<'_, '_>) -> String {
    let pointer = error.instance_location.to_string();
    let path: Vec<_> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    if path.is_empty() { "(root)".to_owned() } else { path.join(".") }
}
