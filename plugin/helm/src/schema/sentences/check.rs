//! Whether a schema can be used at all; if not, Helm's words for the first thing that is wrong.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::constant::canonical;
use super::document::{Document, Draft};

type Keywords = Map<String, Json>;

const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

pub(super) fn check(document: &Document<'_>) -> Result<(), String> {
    Checker { document, visited: HashSet::new() }.schema(document.root)
}

struct Checker<'s> {
    document: &'s Document<'s>,
    /// The references that are being checked, or were.
    visited: HashSet<String>,
}

fn is_schema(value: &Json) -> bool {
    value.is_object() || value.is_boolean()
}

fn invalid_type(expected: &str, keyword: &str) -> String {
    format!("Invalid type. Expected: {expected}, given: {keyword}")
}

impl Checker<'_> {
    fn schema(&mut self, schema: &Json) -> Result<(), String> {
        let keywords = match schema {
            Json::Bool(_) if self.document.draft >= Draft::Six => return Ok(()),
            Json::Object(keywords) => keywords,
            _ => return Err("Expected: valid schema, given: Invalid JSON".to_owned()),
        };
        self.definitions(keywords)?;
        for keyword in ["title", "description", "$ref"] {
            if keywords.get(keyword).is_some_and(|value| !value.is_string()) {
                return Err(invalid_type("string", keyword));
            }
        }
        if let Some(reference) = keywords.get("$ref").and_then(Json::as_str) {
            return self.reference(reference);
        }
        types(keywords)?;
        self.objects(keywords)?;
        self.items(keywords)?;
        numbers(keywords, self.document.draft)?;
        strings(keywords)?;
        required(keywords)?;
        lengths(keywords, &["minItems", "maxItems"])?;
        if keywords.get("uniqueItems").is_some_and(|value| !value.is_boolean()) {
            return Err("uniqueItems must be of a boolean".to_owned());
        }
        if let Some(contains) = keywords.get("contains").filter(|_| self.document.draft >= Draft::Six) {
            self.schema(contains)?;
        }
        enumeration(keywords)?;
        self.combinators(keywords)
    }

    fn reference(&mut self, reference: &str) -> Result<(), String> {
        if !self.visited.insert(reference.to_owned()) {
            return Ok(());
        }
        let target = self.document.resolve(reference)?;
        if !is_schema(target) {
            return Err("valid schema must be of type object".to_owned());
        }
        self.schema(target)
    }

    fn definitions(&mut self, keywords: &Keywords) -> Result<(), String> {
        match keywords.get("definitions") {
            None => Ok(()),
            Some(Json::Object(definitions)) if definitions.values().all(is_schema) => {
                definitions.values().try_for_each(|definition| self.schema(definition))
            }
            Some(_) => Err(invalid_type("array of schemas", "definitions")),
        }
    }

    fn objects(&mut self, keywords: &Keywords) -> Result<(), String> {
        match keywords.get("properties") {
            None => {}
            Some(Json::Object(properties)) => properties.values().try_for_each(|one| self.schema(one))?,
            Some(_) => return Err("properties must be of type object".to_owned()),
        }
        self.optional(keywords, "additionalProperties", "boolean/valid schema")?;
        match keywords.get("patternProperties") {
            None => {}
            Some(Json::Object(patterns)) => {
                for (pattern, schema) in patterns {
                    if crate::functions::regex_error(pattern).is_some() {
                        return Err(format!("Invalid regex pattern '{pattern}'"));
                    }
                    self.schema(schema)?;
                }
            }
            Some(_) => return Err(invalid_type("valid schema", "patternProperties")),
        }
        if self.document.draft >= Draft::Six {
            self.optional(keywords, "propertyNames", "valid schema")?;
        }
        self.dependencies(keywords)
    }

    fn dependencies(&mut self, keywords: &Keywords) -> Result<(), String> {
        let dependencies = match keywords.get("dependencies") {
            None => return Ok(()),
            Some(Json::Object(dependencies)) => dependencies,
            Some(_) => return Err("dependencies must be of type object".to_owned()),
        };
        for dependency in dependencies.values() {
            match dependency {
                Json::Array(names) if names.iter().all(Json::is_string) => {}
                schema if is_schema(schema) => self.schema(schema)?,
                _ => return Err("dependency must be of type schema or array of strings".to_owned()),
            }
        }
        Ok(())
    }

    fn items(&mut self, keywords: &Keywords) -> Result<(), String> {
        match keywords.get("items") {
            Some(Json::Array(items)) if items.iter().all(is_schema) => {
                items.iter().try_for_each(|item| self.schema(item))?;
            }
            Some(items) if is_schema(items) => self.schema(items)?,
            Some(_) => return Err(invalid_type("valid schema/array of schemas", "items")),
            None => {}
        }
        self.optional(keywords, "additionalItems", "boolean/valid schema")
    }

    fn optional(&mut self, keywords: &Keywords, keyword: &str, expected: &str) -> Result<(), String> {
        match keywords.get(keyword) {
            None | Some(Json::Bool(_)) => Ok(()),
            Some(schema @ Json::Object(_)) => self.schema(schema),
            Some(_) => Err(invalid_type(expected, keyword)),
        }
    }

    fn combinators(&mut self, keywords: &Keywords) -> Result<(), String> {
        // The text about `allOf` names `anyOf` in Helm as well.
        for (keyword, told) in [("oneOf", "oneOf"), ("anyOf", "anyOf"), ("allOf", "anyOf")] {
            match keywords.get(keyword) {
                None => {}
                Some(Json::Array(branches)) => branches.iter().try_for_each(|branch| self.schema(branch))?,
                Some(_) => return Err(format!("{told} must be of an array")),
            }
        }
        let conditions: &[&str] =
            if self.document.draft >= Draft::Seven { &["not", "if", "then", "else"] } else { &["not"] };
        for keyword in conditions {
            match keywords.get(*keyword) {
                None => {}
                Some(schema) if is_schema(schema) => self.schema(schema)?,
                Some(_) => return Err(format!("{keyword} must be of an object")),
            }
        }
        Ok(())
    }
}

fn types(keywords: &Keywords) -> Result<(), String> {
    let expected = "string/array of strings";
    let names: Vec<&str> = match keywords.get("type") {
        None => return Ok(()),
        Some(Json::String(name)) => vec![name],
        Some(Json::Array(names)) => {
            let names: Option<_> = names.iter().map(Json::as_str).collect();
            names.ok_or_else(|| invalid_type(expected, "type"))?
        }
        Some(_) => return Err(invalid_type(expected, "type")),
    };
    let mut known = HashSet::new();
    for name in names {
        if !TYPES.contains(&name) {
            let valid = TYPES.join(" ");
            return Err(format!(
                "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{valid}]"
            ));
        }
        if !known.insert(name) {
            return Err(format!("{name} type is duplicated"));
        }
    }
    Ok(())
}

fn numbers(keywords: &Keywords, draft: Draft) -> Result<(), String> {
    match keywords.get("multipleOf").map(Json::as_f64) {
        Some(None) => return Err(invalid_type("number", "multipleOf")),
        Some(Some(number)) if number <= 0.0 => {
            return Err("multipleOf must be strictly greater than 0".to_owned());
        }
        _ => {}
    }
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if keywords.get(bound).is_some_and(|value| !value.is_number()) {
            return Err(format!("{bound} must be of a number"));
        }
        match (keywords.get(exclusive), draft) {
            (None, _) | (Some(Json::Number(_)), Draft::Six | Draft::Seven | Draft::Any) => {}
            (Some(Json::Bool(_)), Draft::Four | Draft::Any) => {
                if !keywords.contains_key(bound) {
                    return Err(format!("{exclusive} cannot be used without {bound}"));
                }
            }
            (Some(_), Draft::Four) => return Err(invalid_type("boolean", exclusive)),
            (Some(_), Draft::Any) => return Err(invalid_type("boolean/number", exclusive)),
            (Some(_), Draft::Six | Draft::Seven) => return Err(invalid_type("number", exclusive)),
        }
    }
    Ok(())
}

fn strings(keywords: &Keywords) -> Result<(), String> {
    lengths(keywords, &["minLength", "maxLength"])?;
    match keywords.get("pattern") {
        Some(Json::String(pattern)) if crate::functions::regex_error(pattern).is_some() => {
            return Err("pattern must be a valid regex".to_owned());
        }
        None | Some(Json::String(_)) => {}
        Some(_) => return Err("pattern must be of a string".to_owned()),
    }
    lengths(keywords, &["minProperties", "maxProperties"])
}

fn lengths(keywords: &Keywords, names: &[&str]) -> Result<(), String> {
    for name in names {
        match keywords.get(*name).map(|value| value.as_f64().filter(|number| number.fract() == 0.0)) {
            None => {}
            Some(None) => return Err(format!("{name} must be of an integer")),
            Some(Some(number)) if number < 0.0 => {
                return Err(format!("{name} must be greater than or equal to 0"));
            }
            Some(Some(_)) => {}
        }
    }
    Ok(())
}

fn required(keywords: &Keywords) -> Result<(), String> {
    match keywords.get("required") {
        None => Ok(()),
        Some(Json::Array(names)) if names.iter().all(Json::is_string) => Ok(()),
        Some(Json::Array(_)) => Err("required items must be string".to_owned()),
        Some(_) => Err("required must be of an array".to_owned()),
    }
}

fn enumeration(keywords: &Keywords) -> Result<(), String> {
    match keywords.get("enum") {
        None => Ok(()),
        Some(Json::Array(values)) => {
            let mut known = HashSet::new();
            let is_new = |value: &Json| known.insert(canonical(value));
            if values.iter().all(is_new) { Ok(()) } else { Err("enum items must be unique".to_owned()) }
        }
        Some(_) => Err("enum must be of an array".to_owned()),
    }
}
