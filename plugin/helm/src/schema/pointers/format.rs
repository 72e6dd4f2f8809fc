//! Why a text does not have a format, in the words of Helm's validator where they differ from those of ours.

use super::address;

/// The reason, given the format's name and our validator's reason.
pub(super) fn reason(format: &str, text: &str, ours: &str) -> String {
    let theirs = match format {
        "regex" => crate::functions::regex_error(text),
        "date" => crate::functions::date_error("2006-01-02", text),
        "uri" | "uri-reference" | "iri" | "iri-reference" => crate::functions::url_error(text),
        "ipv4" => Some(ipv4(text)),
        "ipv6" => Some(address::ipv6(text)),
        "uuid" if text.split('-').count() != 5 => Some("must have 5 elements".to_owned()),
        "json-pointer" if !text.starts_with('/') => Some("not starting with /".to_owned()),
        _ => None,
    };
    theirs.unwrap_or_else(|| ours.to_owned())
}

fn ipv4(text: &str) -> String {
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() != 4 {
        return "expected four decimals".to_owned();
    }
    if parts.iter().any(|part| part.len() > 1 && part.starts_with('0')) {
        return "leading zeros".to_owned();
    }
    match parts.iter().find(|part| part.parse::<i64>().is_err()) {
        Some(part) => format!("strconv.Atoi: parsing {}: invalid syntax", crate::text::quote(part)),
        None => "decimal must be between 0 and 255".to_owned(),
    }
}
