//! The values of `format` that the validator knows.

use std::net::IpAddr;

/// Whether a text has a format; it has every format that is not known.
pub(super) fn is_format(format: &str, text: &str) -> bool {
    match format {
        "date" => is_date(text),
        "time" => is_time(text),
        "date-time" => is_date(text) || is_time(text) || is_date_time(text),
        "hostname" => text.len() < 256 && crate::functions::regex_matches(HOSTNAME, text),
        "email" | "idn-email" => is_email(text),
        "ipv4" => text.contains('.') && text.parse::<IpAddr>().is_ok(),
        "ipv6" => text.contains(':') && text.parse::<IpAddr>().is_ok(),
        "uri" | "iri" => {
            is_reference(text) && crate::functions::regex_matches("^[A-Za-z][A-Za-z0-9+.-]*:", text)
        }
        "uri-reference" | "iri-reference" => is_reference(text),
        "uri-template" => {
            is_reference(text) && crate::functions::regex_matches("^([^{?#]*([{][^}?#]*[}])?)*([?#]|$)", text)
        }
        "uuid" => crate::functions::regex_matches(UUID, text),
        "regex" => crate::functions::regex_error(text).is_none(),
        "json-pointer" => crate::functions::regex_matches(POINTER, text),
        "relative-json-pointer" => crate::functions::regex_matches(RELATIVE_POINTER, text),
        _ => true,
    }
}

/// Whether the validator knows a format.
pub(super) fn is_known(format: &str) -> bool {
    KNOWN.contains(&format)
}

const KNOWN: [&str; 17] = [
    "date",
    "time",
    "date-time",
    "hostname",
    "email",
    "idn-email",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "uuid",
    "regex",
    "json-pointer",
    "relative-json-pointer",
];

const HOSTNAME: &str = "^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9])(\\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]))*$";
const UUID: &str = "^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$";
const POINTER: &str = "^(?:/(?:[^~/]|~0|~1)*)*$";
const RELATIVE_POINTER: &str = "^(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)$";

/// A day of the calendar: `2006-01-02`.
fn is_date(text: &str) -> bool {
    crate::functions::regex_matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", text)
        && text.parse::<jiff::civil::Date>().is_ok()
}

fn is_time(text: &str) -> bool {
    const TIME: &str =
        "^([01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.,][0-9]+)?(Z|[+-]([01][0-9]|2[0-4]):([0-5][0-9]|60))?$";
    crate::functions::regex_matches(TIME, text)
}

fn is_date_time(text: &str) -> bool {
    text.split_once('T').is_some_and(|(date, time)| {
        is_date(date) && is_time(time) && crate::functions::regex_matches("(Z|[+-][0-9]{2}:[0-9]{2})$", time)
    })
}

/// An address of a mailbox, with or without a name before it: what Go's `mail.ParseAddress` takes, groups apart.
fn is_email(text: &str) -> bool {
    const ATOM: &str = r#"[^][()<>:;@\\,."\s]+"#;
    const QUOTED: &str = r#""(?:[^"\\]|\\.)+""#;
    let dotted = format!(r"{ATOM}(?:\.{ATOM})*");
    let address = format!(r"(?:{dotted}|{QUOTED})@\s*(?:{dotted}|\[[^][\\]*\])");
    let name = format!(r"(?:(?:{ATOM}|{QUOTED}|\.)\s*)*");
    let mailbox = format!(r"^(?:{name}<{address}>|{address})(?:\s*\([^()]*\))*$");
    crate::functions::regex_matches(&mailbox, text.trim())
}

fn is_reference(text: &str) -> bool {
    !text.contains('\\') && crate::functions::url_error(text).is_none()
}

#[cfg(test)]
mod tests {
    //! What Helm 3.16 takes and refuses.

    use super::is_format;

    #[test]
    fn mailboxes_may_have_names() {
        let taken = [
            "N <a@b>",
            "N. M <a@b>",
            "\"N, M\" <a@b>",
            "<a@b>",
            "N N<a@b>",
            "a<b@c>",
            "\"a b\"@c",
            "a@b (c)",
        ];
        let refused =
            ["N <a@b> x", "N, M <a@b>", "a@b>", "\"a\"b@c", "\"\"@c", "a..b@c", "a@b.", "(x) a@b", "@b"];
        assert_eq!(taken.map(|text| is_format("email", text)), [true; 8]);
        assert_eq!(refused.map(|text| is_format("email", text)), [false; 9]);
    }

    #[test]
    fn templates_close_their_braces() {
        let taken = ["{a}", "http://x/{b*}", "x", "a}", "x?{a"];
        assert_eq!(taken.map(|text| is_format("uri-template", text)), [true; 5]);
        assert!(!is_format("uri-template", "{a"));
    }
}
