//! The tags of a repository, page by page, and the versions among them.

use std::cmp::Ordering;
use std::collections::HashSet;

use gosemver::{Constraint, Version};
use network::Url;
use serde::Deserialize;

use crate::Error;
use crate::error::{Attempt, Problem};
use crate::link;
use crate::reference::Tag;
use crate::session::{Ask, Session};

/// The most bytes of a page (rule R19).
const MAX_PAGE: u64 = 8 << 20;

/// The most bytes of all pages.
const MAX_BYTES: usize = 32 << 20;

/// The most pages.
const MAX_PAGES: usize = 1_000;

/// The most tags.
const MAX_TAGS: usize = 100_000;

#[derive(Deserialize)]
struct Page {
    // Registries write `null` for none.
    tags: Option<Vec<String>>,
}

/// All tags, in the order of the registry, which is any.
pub(crate) async fn list(session: &Session, attempt: &Attempt) -> Result<Vec<String>, Error> {
    let failed = |problem| attempt.failed(problem);
    let mut url = session.url("tags/list").map_err(failed)?;
    let (mut tags, mut bytes, mut seen) = (Vec::new(), 0, HashSet::new());
    while seen.insert(url.clone()) {
        if seen.len() > MAX_PAGES {
            return Err(failed(Problem::TooMany { what: "pages of tags", limit: MAX_PAGES }));
        }
        let (page, next, size) = page(session, url, attempt).await?;
        bytes += size;
        tags.extend(page);
        if tags.len() > MAX_TAGS || bytes > MAX_BYTES {
            return Err(failed(Problem::TooMany { what: "tags", limit: MAX_TAGS }));
        }
        match next {
            Some(next) => url = next,
            None => return Ok(tags),
        }
    }
    Err(failed(Problem::Protocol("its pages of tags go round in a circle")))
}

async fn page(
    session: &Session,
    url: Url,
    attempt: &Attempt,
) -> Result<(Vec<String>, Option<Url>, usize), Error> {
    let response = session.send(&Ask::get(url.clone(), "application/json", MAX_PAGE), attempt).await?;
    let links = response.headers().get_all(http::header::LINK).iter().filter_map(|line| line.to_str().ok());
    // A page that came through a redirect has no links worth following (rule R11).
    let next = if response.is_redirected() { None } else { link::next(links, &url) };
    let next = next
        .transpose()
        .map_err(|_| attempt.failed(Problem::Protocol("its next page is on another origin")))?;
    let body = response.bytes().await.map_err(|error| attempt.failed(error))?;
    let page: Page = serde_json::from_slice(&body)
        .map_err(|_| attempt.failed(Problem::Protocol("its list of tags is not what it should be")))?;
    Ok((page.tags.unwrap_or_default(), next, body.len()))
}

/// The versions among `tags`, highest first; what is no version is left out, as Helm does, except
/// that a leading `v` is accepted.
pub(crate) fn versions(tags: &[String]) -> Vec<Version> {
    let mut versions: Vec<Version> = tags.iter().filter_map(|tag| version(tag)).collect();
    versions.sort_by(descending);
    versions
}

/// Of equal ones, that without a `v` comes first, then by text: the order never depends on the
/// registry's.
fn descending(a: &Version, b: &Version) -> Ordering {
    let plain = |version: &Version| !version.original().starts_with('v');
    b.precedence(a).then(plain(b).cmp(&plain(a))).then_with(|| b.original().cmp(a.original()))
}

fn version(tag: &str) -> Option<Version> {
    let tag: Tag = tag.parse().ok()?;
    let text = tag.to_version();
    let strict = text.strip_prefix('v').unwrap_or(&text);
    Version::parse_strict(strict).ok()?;
    Version::parse(&text).ok()
}

/// The version among `tags` that `wanted` means: the very text, else the highest that satisfies it.
pub(crate) fn choose(tags: &[String], wanted: &str) -> Result<Tag, Problem> {
    if let Some(exact) = tags
        .iter()
        .filter_map(|tag| tag.parse::<Tag>().ok())
        .find(|tag| tag.to_version() == wanted || tag.as_str() == wanted)
    {
        return Ok(exact);
    }
    let constraint = parse_constraint(wanted)?;
    let versions = versions(tags);
    let found = versions.iter().find(|version| constraint.matches(version));
    let known = || versions.iter().take(5).map(|version| version.original().to_owned()).collect();
    match found {
        Some(version) => Ok(Tag::of_version(version.original())?),
        None => Err(Problem::NoVersion { constraint: wanted.to_owned(), known: known() }),
    }
}

/// Reads a range; the empty text is any version that is no pre-release.
pub(crate) fn parse_constraint(text: &str) -> Result<Constraint, Problem> {
    let constraint = if text.is_empty() { "*" } else { text };
    Constraint::parse(constraint).map_err(|_| Problem::Constraint { text: crate::manifest::printable(text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: [&str; 10] = [
        "1.2.0",
        "latest",
        "1.10.0",
        "v1.3.0",
        "1.2.0_build.7",
        "2.0.0-rc.1",
        "1.2",
        "sha256-abc",
        "1.10.0-rc.1",
        "01.2.3",
    ];

    fn tags() -> Vec<String> {
        TAGS.map(str::to_owned).to_vec()
    }

    #[test]
    fn versions_are_sorted_and_others_left_out() {
        let seen: Vec<String> =
            versions(&tags()).iter().map(|version| version.original().to_owned()).collect();
        assert_eq!(seen, ["2.0.0-rc.1", "1.10.0", "1.10.0-rc.1", "v1.3.0", "1.2.0+build.7", "1.2.0"]);
    }

    #[test]
    fn a_wish_is_a_text_or_a_range() {
        for (wanted, expect) in [
            ("", "1.10.0"),
            ("*", "1.10.0"),
            ("^1.2", "1.10.0"),
            ("~1.3", "v1.3.0"),
            ("1.2.0+build.7", "1.2.0_build.7"),
            ("1.2.0", "1.2.0"),
            ("1.2", "1.2"),
            (">=2.0.0-0", "2.0.0-rc.1"),
            ("latest", "latest"),
            ("1.x", "1.10.0"),
            ("<1.10 || 3", "v1.3.0"),
        ] {
            assert_eq!(choose(&tags(), wanted).unwrap().as_str(), expect, "{wanted}");
        }
    }

    #[test]
    fn wishes_that_cannot_be_met() {
        assert!(matches!(choose(&tags(), ">3"), Err(Problem::NoVersion { .. })));
        assert!(matches!(choose(&tags(), "no such thing"), Err(Problem::Constraint { .. })));
    }
}
