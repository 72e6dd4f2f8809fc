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
        let end = end_of_parameters(after);
        let parameters = after.get(..end).unwrap_or(after);
        links.push(Link { target, is_next: is_next(parameters) });
        rest = after.get(end..).unwrap_or_default();
    }
    links
}

/// Where the parameters of a link end: at a comma outside of quotes.
fn end_of_parameters(text: &str) -> usize {
    let mut quoted = false;
    for (position, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => return position,
            _ => {}
        }
    }
    text.len()
}

fn is_next(parameters: &str) -> bool {
    parameters.split(';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        let relations = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("rel")
            && relations.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
    })
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
