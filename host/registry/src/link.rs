//! The `Link` header (RFC 8288), as far as pagination needs it.

use network::Url;

/// The address that follows `base`, by the link with relation `next` of any of `headers`.
///
/// Only on the same origin (rule R14): a page elsewhere would be asked for with a secret, or be a
/// way into the inner network.
pub(crate) fn next<'a>(
    headers: impl Iterator<Item = &'a str>,
    base: &Url,
) -> Option<Result<Url, ForeignLink>> {
    let target = headers.flat_map(links).find(|link| link.is_next)?.target;
    let joined = base.join(target).ok().filter(|url| url.origin() == base.origin());
    Some(joined.ok_or(ForeignLink))
}

/// A link that leads to another origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForeignLink;

struct Link<'a> {
    target: &'a str,
    is_next: bool,
}

/// The links of one header, which are separated by commas; targets and quoted strings may hold some.
fn links(header: &str) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else { break };
        let (parameters, after) = split_unquoted(after, b',');
        links.push(Link { target, is_next: is_next(parameters) });
        rest = after;
    }
    links
}

/// What is before the first `separator` outside of quoted strings, and what follows it.
fn split_unquoted(text: &str, separator: u8) -> (&str, &str) {
    let (mut quoted, mut escaped) = (false, false);
    for (position, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if byte == separator && !quoted => {
                let (before, after) = text.split_at(position);
                return (before, after.get(1..).unwrap_or_default());
            }
            _ => {}
        }
    }
    (text, "")
}

/// Of several `rel`, the first counts (RFC 8288 §3.3).
fn is_next(parameters: &str) -> bool {
    let mut rest = parameters;
    while !rest.is_empty() {
        let (parameter, after) = split_unquoted(rest, b';');
        rest = after;
        let Some((name, relations)) = parameter.split_once('=') else { continue };
        if name.trim().eq_ignore_ascii_case("rel") {
            let mut relations = relations.trim().trim_matches('"').split_ascii_whitespace();
            return relations.any(|relation| relation.eq_ignore_ascii_case("next"));
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[&str], expect: Option<&str>) {
        let base = Url::parse("https://a.test/v2/x/tags/list").unwrap();
        let seen = next(headers.iter().copied(), &base).map(|link| link.map(|url| url.to_string()));
        let expect =
            expect.map(|expect| if expect.is_empty() { Err(ForeignLink) } else { Ok(expect.to_owned()) });
        assert_eq!(seen, expect, "{headers:?}");
    }

    #[test]
    fn every_style_of_registry() {
        let expect = Some("https://a.test/v2/x/tags/list?n=2&last=b");
        check(&[r#"</v2/x/tags/list?n=2&last=b>; rel="next""#], expect);
        check(&[r#"<https://a.test/v2/x/tags/list?n=2&last=b>;rel=next"#], expect);
        check(&[r#"<?n=2&last=b>; title="a, <b>"; REL="prev next""#], expect);
        check(&[r#"<?first>; rel="first", <?n=2&last=b>; rel="next""#], expect);
        check(&[r#"<?first>; rel="first""#, r#"<?n=2&last=b>; rel="next""#], expect);
    }

    #[test]
    fn no_next_page() {
        check(&[], None);
        check(&[r#"<?last>; rel="last""#], None);
        check(&["<unfinished; rel=next"], None);
        check(&[r#"<?last>; rel="last"; rel="next""#], None);
    }

    #[test]
    fn quoted_strings_hold_anything() {
        check(&[r#"<?a>; title="; rel=next""#], None);
        check(
            &[r#"<?a>; title="\"; rel=next; x=\"", <?b>; rel="next""#],
            Some("https://a.test/v2/x/tags/list?b"),
        );
    }

    #[test]
    fn other_origins() {
        for foreign in
            ["https://evil.test/", "http://a.test/", "https://a.test:8443/", "//evil.test/", "file:///etc"]
        {
            check(&[&format!("<{foreign}>; rel=next")], Some(""));
        }
    }
}
