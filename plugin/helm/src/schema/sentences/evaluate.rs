//! A value against a schema.

use gotemplate::FloatKind;
use gotemplate::strconv::{FloatFormat, format_float};
use serde_json::{Map, Number, Value as Json};

use super::constant::canonical;
use super::document::{Document, Draft};
use super::format::is_format;
use crate::schema::Violations;

type Keywords = Map<String, Json>;

/// What came of a value: the violations, and how much was right.
#[derive(Default)]
pub(super) struct Report {
    /// Fields and sentences.
    lines: Vec<(String, String)>,
    score: i64,
}

impl Report {
    pub(super) fn is_valid(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn violations(self) -> Violations {
        let text = self.lines.iter().map(|(field, sentence)| format!("- {field}: {sentence}\n")).collect();
        let path = |(field, _): (String, String)| if field == ROOT { String::new() } else { field };
        let mut paths: Vec<String> = self.lines.into_iter().map(path).collect();
        paths.dedup();
        Violations { text, paths }
    }

    fn add(&mut self, field: &str, sentence: &str) {
        self.lines.push((field.to_owned(), sentence.to_owned()));
        // Together with the point that each step gives at its end: one less.
        self.score -= 2;
    }

    fn merge(&mut self, other: Self) {
        self.lines.extend(other.lines);
        self.score += other.score;
    }

    fn point(&mut self) {
        self.score += 1;
    }
}

const ROOT: &str = "(root)";

/// The values of a chart against its schema.
pub(super) fn root(document: &Document<'_>, values: &Json, report: &mut Report) {
    Evaluator { document }.schema(document.root, values, ROOT, report);
}

fn below(field: &str, key: &str) -> String {
    if field == ROOT { key.to_owned() } else { format!("{field}.{key}") }
}

#[derive(Clone, Copy)]
struct Evaluator<'s> {
    document: &'s Document<'s>,
}

impl Evaluator<'_> {
    fn schema(self, schema: &Json, value: &Json, field: &str, report: &mut Report) {
        let keywords = match schema {
            Json::Bool(false) => return report.add(field, "False always fails validation"),
            Json::Object(keywords) => keywords,
            _ => return,
        };
        if let Some(reference) = keywords.get("$ref").and_then(Json::as_str) {
            if let Ok(target) = self.document.resolve(reference) {
                self.schema(target, value, field, report);
            }
            return;
        }
        if let Some(sentence) = wrong_type(keywords, value) {
            return report.add(field, &sentence);
        }
        self.combinators(keywords, value, field, report);
        match value {
            Json::Number(number) => {
                bounds(keywords, number, self.document.draft, field, report);
                self.common(keywords, value, field, report);
            }
            Json::Array(items) => {
                self.array(keywords, items, field, report);
                self.common(keywords, value, field, report);
            }
            Json::Object(entries) => {
                self.object(keywords, entries, field, report);
                self.common(keywords, value, field, report);
                self.properties(keywords, entries, field, report);
            }
            Json::String(text) => {
                self.common(keywords, value, field, report);
                string(keywords, text, field, report);
            }
            Json::Null | Json::Bool(_) => self.common(keywords, value, field, report),
        }
        report.point();
    }

    fn alone(self, schema: &Json, value: &Json, field: &str) -> Report {
        let mut report = Report::default();
        self.schema(schema, value, field, &mut report);
        report
    }

    fn combinators(self, keywords: &Keywords, value: &Json, field: &str, report: &mut Report) {
        self.any_of(branches(keywords, "anyOf"), value, field, report);
        self.one_of(branches(keywords, "oneOf"), value, field, report);
        self.all_of(branches(keywords, "allOf"), value, field, report);
        if let Some(not) = keywords.get("not")
            && self.alone(not, value, field).is_valid()
        {
            report.add(field, "Must not validate the schema (not)");
        }
        self.dependencies(keywords, value, field, report);
        self.condition(keywords, value, field, report);
        report.point();
    }

    fn any_of(self, branches: &[Json], value: &Json, field: &str, report: &mut Report) {
        let mut best: Option<Report> = None;
        for branch in branches {
            let result = self.alone(branch, value, field);
            if result.is_valid() {
                return;
            }
            keep_better(&mut best, result);
        }
        if let Some(best) = best {
            report.add(field, "Must validate at least one schema (anyOf)");
            report.merge(best);
        }
    }

    fn one_of(self, branches: &[Json], value: &Json, field: &str, report: &mut Report) {
        let (mut valid, mut best) = (0, None);
        for branch in branches {
            let result = self.alone(branch, value, field);
            if result.is_valid() {
                valid += 1;
            } else if valid == 0 {
                keep_better(&mut best, result);
            }
        }
        if branches.is_empty() || valid == 1 {
            return;
        }
        report.add(field, "Must validate one and only one schema (oneOf)");
        if let Some(best) = best.filter(|_| valid == 0) {
            report.merge(best);
        }
    }

    fn all_of(self, branches: &[Json], value: &Json, field: &str, report: &mut Report) {
        let mut is_valid = true;
        for branch in branches {
            let result = self.alone(branch, value, field);
            is_valid &= result.is_valid();
            report.merge(result);
        }
        if !is_valid {
            report.add(field, "Must validate all the schemas (allOf)");
        }
    }

    fn dependencies(self, keywords: &Keywords, value: &Json, field: &str, report: &mut Report) {
        let (Some(dependencies), Json::Object(entries)) =
            (keywords.get("dependencies").and_then(Json::as_object), value)
        else {
            return;
        };
        for (_, dependency) in dependencies.iter().filter(|(name, _)| entries.contains_key(*name)) {
            match dependency {
                Json::Array(names) => {
                    for name in
                        names.iter().filter_map(Json::as_str).filter(|name| !entries.contains_key(*name))
                    {
                        report.add(field, &format!("Has a dependency on {name}"));
                    }
                }
                schema => self.schema(schema, value, field, report),
            }
        }
    }

    fn condition(self, keywords: &Keywords, value: &Json, field: &str, report: &mut Report) {
        let Some(condition) = keywords.get("if").filter(|_| self.document.draft >= Draft::Seven) else {
            return;
        };
        let (branch, sentence) = if self.alone(condition, value, field).is_valid() {
            ("then", "Must validate \"then\" as \"if\" was valid")
        } else {
            ("else", "Must validate \"else\" as \"if\" was not valid")
        };
        let Some(branch) = keywords.get(branch) else { return };
        let result = self.alone(branch, value, field);
        if !result.is_valid() {
            report.add(field, sentence);
            report.merge(result);
        }
    }

    fn common(self, keywords: &Keywords, value: &Json, field: &str, report: &mut Report) {
        if let Some(constant) = keywords.get("const").filter(|_| self.document.draft >= Draft::Six) {
            let allowed = canonical(constant);
            if canonical(value) != allowed {
                report.add(field, &format!("{field} does not match: {allowed}"));
            }
        }
        let allowed: Vec<_> = branches(keywords, "enum").iter().map(canonical).collect();
        if !allowed.is_empty() && !allowed.contains(&canonical(value)) {
            report.add(field, &format!("{field} must be one of the following: {}", allowed.join(", ")));
        }
        report.point();
    }

    fn array(self, keywords: &Keywords, items: &[Json], field: &str, report: &mut Report) {
        match keywords.get("items") {
            Some(Json::Array(schemas)) if !schemas.is_empty() => {
                self.tuple(keywords, schemas, items, field, report);
            }
            None | Some(Json::Array(_)) => {}
            Some(schema) => {
                for (place, item) in items.iter().enumerate() {
                    report.merge(self.alone(schema, item, &below(field, &place.to_string())));
                }
            }
        }
        if number(keywords, "minItems").is_some_and(|min| items.len() < min) {
            report.add(field, &format!("Array must have at least {} items", shown(keywords, "minItems")));
        }
        if number(keywords, "maxItems").is_some_and(|max| items.len() > max) {
            report.add(field, &format!("Array must have at most {} items", shown(keywords, "maxItems")));
        }
        if keywords.get("uniqueItems") == Some(&Json::Bool(true)) {
            duplicates(items, field, report);
        }
        if let Some(schema) = keywords.get("contains").filter(|_| self.document.draft >= Draft::Six) {
            self.contains(schema, items, field, report);
        }
        report.point();
    }

    fn tuple(self, keywords: &Keywords, schemas: &[Json], items: &[Json], field: &str, report: &mut Report) {
        for (place, (item, schema)) in items.iter().zip(schemas).enumerate() {
            report.merge(self.alone(schema, item, &below(field, &place.to_string())));
        }
        if items.len() <= schemas.len() {
            return;
        }
        match keywords.get("additionalItems") {
            Some(Json::Bool(false)) => report.add(field, "No additional items allowed on array"),
            Some(schema @ Json::Object(_)) => {
                for (place, item) in items.iter().enumerate().skip(schemas.len()) {
                    report.merge(self.alone(schema, item, &below(field, &place.to_string())));
                }
            }
            _ => {}
        }
    }

    fn contains(self, schema: &Json, items: &[Json], field: &str, report: &mut Report) {
        let mut best = None;
        for (place, item) in items.iter().enumerate() {
            let result = self.alone(schema, item, &below(field, &place.to_string()));
            if result.is_valid() {
                return;
            }
            keep_better(&mut best, result);
        }
        report.add(field, "At least one of the items must match");
        if let Some(best) = best {
            report.merge(best);
        }
    }

    fn object(self, keywords: &Keywords, entries: &Keywords, field: &str, report: &mut Report) {
        if number(keywords, "minProperties").is_some_and(|min| entries.len() < min) {
            report.add(field, &format!("Must have at least {} properties", shown(keywords, "minProperties")));
        }
        if number(keywords, "maxProperties").is_some_and(|max| entries.len() > max) {
            report.add(field, &format!("Must have at most {} properties", shown(keywords, "maxProperties")));
        }
        for name in branches(keywords, "required").iter().filter_map(Json::as_str) {
            match entries.contains_key(name) {
                true => report.point(),
                false => report.add(field, &format!("{name} is required")),
            }
        }
        for (key, value) in entries {
            self.entry(keywords, key, value, field, report);
        }
        if let Some(names) = keywords.get("propertyNames").filter(|_| self.document.draft >= Draft::Six) {
            for key in entries.keys() {
                let result = self.alone(names, &Json::String(key.clone()), field);
                if !result.is_valid() {
                    report.add(field, &format!("Property name of \"{key}\" does not match"));
                    report.merge(result);
                }
            }
        }
        report.point();
    }

    /// An entry that `properties` may not name.
    fn entry(self, keywords: &Keywords, key: &str, value: &Json, field: &str, report: &mut Report) {
        let is_declared =
            keywords.get("properties").and_then(Json::as_object).is_some_and(|known| known.contains_key(key));
        let mut is_matched = false;
        for (pattern, schema) in
            keywords.get("patternProperties").and_then(Json::as_object).into_iter().flatten()
        {
            if crate::functions::regex_matches(pattern, key) {
                is_matched = true;
                report.merge(self.alone(schema, value, &below(field, key)));
            }
        }
        if is_matched {
            report.point();
        }
        if is_declared || is_matched {
            return;
        }
        match keywords.get("additionalProperties") {
            Some(Json::Bool(false)) => {
                report.add(field, &format!("Additional property {key} is not allowed"))
            }
            Some(schema @ Json::Object(_)) => report.merge(self.alone(schema, value, &below(field, key))),
            _ => {}
        }
    }

    fn properties(self, keywords: &Keywords, entries: &Keywords, field: &str, report: &mut Report) {
        for (name, schema) in keywords.get("properties").and_then(Json::as_object).into_iter().flatten() {
            if let Some(value) = entries.get(name) {
                self.schema(schema, value, &below(field, name), report);
            }
        }
    }
}

fn keep_better(best: &mut Option<Report>, result: Report) {
    if best.as_ref().is_none_or(|best| result.score > best.score) {
        *best = Some(result);
    }
}

/// The elements of a keyword that is a list.
fn branches<'k>(keywords: &'k Keywords, keyword: &str) -> &'k [Json] {
    keywords.get(keyword).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn number(keywords: &Keywords, keyword: &str) -> Option<usize> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked before: no fraction, no sign"
    )]
    keywords.get(keyword)?.as_f64().map(|number| number as usize)
}

fn shown(keywords: &Keywords, keyword: &str) -> String {
    number(keywords, keyword).map(|number| number.to_string()).unwrap_or_default()
}

fn type_names(keywords: &Keywords) -> Vec<&str> {
    match keywords.get("type") {
        Some(Json::String(name)) => vec![name],
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

fn wrong_type(keywords: &Keywords, value: &Json) -> Option<String> {
    let expected = type_names(keywords);
    let given = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => "integer",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let fits = |name: &&str| *name == given || (*name == "number" && given == "integer");
    if expected.is_empty() || expected.iter().any(fits) {
        return None;
    }
    let expected = match expected.as_slice() {
        [one] => (*one).to_owned(),
        many => format!("[{}]", many.join(",")),
    };
    Some(format!("Invalid type. Expected: {expected}, given: {given}"))
}

fn duplicates(items: &[Json], field: &str, report: &mut Report) {
    let mut seen: Vec<(String, usize)> = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let text = canonical(item);
        match seen.iter_mut().find(|(known, _)| *known == text) {
            Some((_, before)) => {
                report.add(field, &format!("array items[{before},{place}] must be unique"));
                *before = place;
            }
            None => seen.push((text, place)),
        }
    }
}

fn string(keywords: &Keywords, text: &str, field: &str, report: &mut Report) {
    let length = text.chars().count();
    if number(keywords, "minLength").is_some_and(|min| length < min) {
        let min = shown(keywords, "minLength");
        report.add(field, &format!("String length must be greater than or equal to {min}"));
    }
    if number(keywords, "maxLength").is_some_and(|max| length > max) {
        let max = shown(keywords, "maxLength");
        report.add(field, &format!("String length must be less than or equal to {max}"));
    }
    if let Some(pattern) = keywords.get("pattern").and_then(Json::as_str)
        && !crate::functions::regex_matches(pattern, text)
    {
        report.add(field, &format!("Does not match pattern '{pattern}'"));
    }
    if let Some(format) = keywords.get("format").and_then(Json::as_str)
        && !is_format(format, text)
    {
        report.add(field, &format!("Does not match format '{format}'"));
    }
    report.point();
}

/// A bound with its relation and the words for it.
type Bound = (&'static str, &'static str, fn(f64, f64) -> bool, &'static str);

const BOUNDS: [Bound; 2] = [
    ("maximum", "exclusiveMaximum", |value, max| value <= max, "less than"),
    ("minimum", "exclusiveMinimum", |value, min| value >= min, "greater than"),
];

fn bounds(keywords: &Keywords, value: &Number, draft: Draft, field: &str, report: &mut Report) {
    let value = value.as_f64().unwrap_or_default();
    if let Some(multiple) = keywords.get("multipleOf").and_then(Json::as_f64)
        && !is_multiple(value, multiple)
    {
        report.add(field, &format!("Must be a multiple of {}", float(multiple)));
    }
    for (inclusive, exclusive, holds, relation) in BOUNDS {
        let flag = keywords.get(exclusive);
        let limit = |name: &str| keywords.get(name).and_then(Json::as_f64);
        let excludes = flag == Some(&Json::Bool(true)) && matches!(draft, Draft::Four | Draft::Any);
        let included = limit(inclusive).filter(|_| !excludes);
        if let Some(bound) = included.filter(|bound| !holds(value, *bound)) {
            report.add(field, &format!("Must be {relation} or equal to {}", float(bound)));
        }
        let excluded = if excludes { limit(inclusive) } else { limit(exclusive) };
        if let Some(bound) = excluded.filter(|bound| !holds(value, *bound) || same(value, *bound)) {
            report.add(field, &format!("Must be {relation} {}", float(bound)));
        }
    }
    // A number with a format that the validator knows never has it.
    if let Some(format) = keywords.get("format").and_then(Json::as_str)
        && super::format::is_known(format)
    {
        report.add(field, &format!("Does not match format '{format}'"));
    }
    report.point();
}

fn same(one: f64, two: f64) -> bool {
    one.total_cmp(&two).is_eq()
}

/// Helm divides exactly; the tolerance makes up for what binary fractions lose.
fn is_multiple(value: f64, of: f64) -> bool {
    let quotient = value / of;
    (quotient - quotient.round()).abs() <= quotient.abs() * 1e-12
}

fn float(number: f64) -> String {
    format_float(number, FloatFormat::G, None, FloatKind::Float64)
}
