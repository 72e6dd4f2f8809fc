//! JUnit's XML.

use super::diagnostic::Diagnostic;
use super::machine::whole;

/// One test case for each error.
pub(super) fn junit(diagnostics: &[Diagnostic]) -> String {
    let case = |one: &Diagnostic| {
        let name = one.application.as_deref().unwrap_or("tiphys");
        let place = one.place.as_ref().map(|place| format!("\n{}", place.location)).unwrap_or_default();
        let first = one.message.lines().next().unwrap_or_default();
        format!(
            "    <testcase classname=\"tiphys\" name=\"{}\">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
            escaped(name),
            one.code.kind(),
            escaped(first),
            escaped(&format!("{}{place}", whole(one)))
        )
    };
    let count = diagnostics.len();
    let cases: String = diagnostics.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{count}\" failures=\"{count}\">\n  <testsuite name=\"tiphys\" tests=\"{count}\" failures=\"{count}\">\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

/// Text for an element or an attribute. What XML has no way to write becomes a question mark.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            letter if letter.is_control() => escaped.push('?'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
