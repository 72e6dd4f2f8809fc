//! Errors for programs: JSON, SARIF, GitHub's workflow commands and GitLab's code quality.

use cache::Digest;
use serde_json::{Value, json};

use super::diagnostic::Diagnostic;
use super::place::Place;

/// One object a line.
pub(super) fn json(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| format!("{}\n", object(one))).collect()
}

fn object(one: &Diagnostic) -> Value {
    let location = one.place.as_ref().map(
        |place| json!({"file": place.path(), "line": place.location.line, "column": place.location.column}),
    );
    let error = json!({"blame": one.blame, "message": one.message, "hint": one.hint, "location": location});
    json!({"code": one.code as u8, "kind": one.code.kind(), "application": one.application, "error": error})
}

/// A log of one run, as in the specification of SARIF 2.1.0.
pub(super) fn sarif(diagnostics: &[Diagnostic]) -> String {
    let result = |one: &Diagnostic| {
        let mut result =
            json!({"ruleId": one.code.kind(), "level": "error", "message": {"text": whole(one)}});
        if let (Some(place), Some(result)) = (&one.place, result.as_object_mut()) {
            let mut region = json!({"startLine": place.location.line.max(1)});
            if let (true, Some(region)) = (place.location.column > 0, region.as_object_mut()) {
                region.insert("startColumn".to_owned(), place.location.column.into());
            }
            let physical = json!({"artifactLocation": {"uri": place.path()}, "region": region});
            result.insert("locations".to_owned(), json!([{"physicalLocation": physical}]));
        }
        result
    };
    let driver = json!({"name": "tiphys", "version": env!("CARGO_PKG_VERSION")});
    let run =
        json!({"tool": {"driver": driver}, "results": diagnostics.iter().map(result).collect::<Vec<_>>()});
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    format!("{:#}\n", json!({"$schema": schema, "version": "2.1.0", "runs": [run]}))
}

/// An array of issues. Each has to have a place: without one it is the folder.
pub(super) fn gitlab(diagnostics: &[Diagnostic]) -> String {
    let issue = |one: &Diagnostic| {
        let path = one.place.as_ref().map_or_else(|| ".".to_owned(), Place::path);
        let line = one.place.as_ref().map_or(1, |place| place.location.line.max(1));
        let identity = format!("{}\0{path}\0{line}\0{}", one.code.kind(), one.message);
        json!({
            "description": whole(one),
            "check_name": one.code.kind(),
            "fingerprint": Digest::of(identity.as_bytes()).hex(),
            "severity": "major",
            "location": {"path": path, "lines": {"begin": line}},
        })
    };
    format!("{:#}\n", Value::Array(diagnostics.iter().map(issue).collect()))
}

/// `::error …::MESSAGE`
pub(super) fn github(diagnostics: &[Diagnostic]) -> String {
    let command = |one: &Diagnostic| {
        let mut properties = Vec::new();
        if let Some(place) = &one.place {
            properties.push(format!("file={}", property(&place.path())));
            properties.push(format!("line={}", place.location.line.max(1)));
            if place.location.column > 0 {
                properties.push(format!("col={}", place.location.column));
            }
        }
        properties.push(format!("title=tiphys: {}", one.code.kind()).replace(": ", "%3A "));
        format!("::error {}::{}\n", properties.join(","), message(&whole(one)))
    };
    diagnostics.iter().map(command).collect()
}

/// Application, message and hint.
pub(super) fn whole(one: &Diagnostic) -> String {
    let mut text = one.application.as_ref().map(|name| format!("application `{name}`: ")).unwrap_or_default();
    text.push_str(one.message.trim_end());
    if let Some(hint) = &one.hint {
        text.push_str(&format!("\nhint: {hint}"));
    }
    text
}

/// What would end a command is written in hex.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
