//! Documents of a stream, as Kubernetes' `YAMLReader` cuts them.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::text::go_lossy;

const SEPARATOR: &[u8] = b"---";

/// A line that begins with `---` has something else than blanks or a comment behind that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid Yaml document separator: {0}")]
pub struct SeparatorError(String);

/// The documents of a stream as the `YAMLReader` of `k8s.io/apimachinery` divides it: at
/// lines that begin with `---`. Helm 4 reads values files this way.
///
/// A document ends with a line feed, and so do all of its lines, whatever they ended with.
/// A separator with nothing before it is part of the document behind it.
///
/// # Errors
/// An item is an error where a separator has text behind it; none follows.
///
/// ```
/// use goyaml::sigs;
///
/// let documents: Vec<_> = sigs::documents(b"a: 1\n--- # next\nb: 2").map(Result::unwrap).collect();
/// assert_eq!(documents, [&b"a: 1\n"[..], &b"b: 2\n"[..]]);
///
/// let error = sigs::documents(b"--- a").next().unwrap().unwrap_err();
/// assert_eq!(error.to_string(), "invalid Yaml document separator: a");
/// ```
#[must_use]
pub fn documents(stream: &[u8]) -> Documents<'_> {
    Documents { rest: stream }
}

/// The iterator of [`documents()`].
#[derive(Clone, Debug)]
pub struct Documents<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Documents<'a> {
    type Item = Result<Cow<'a, [u8]>, SeparatorError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut document = self.rest;
        let mut left: &[u8] = &[];
        for place in separators(self.rest) {
            let (before, rest) = self.rest.split_at_checked(place)?;
            let (separator, behind) = rest.split_at_checked(line_length(rest))?;
            if let Err(error) = check_separator(separator) {
                self.rest = &[];
                return Some(Err(error));
            }
            if !before.is_empty() {
                (document, left) = (before, behind);
                break;
            }
        }
        self.rest = left;
        (!document.is_empty()).then(|| Ok(with_line_feeds(document)))
    }
}

/// Where lines begin with `---`.
fn separators(text: &[u8]) -> impl Iterator<Item = usize> {
    let begins_line = |place: &usize| {
        text.get(..*place).is_none_or(|before| before.last().is_none_or(|byte| *byte == b'\n'))
    };
    memmem::find_iter(text, SEPARATOR).filter(begins_line)
}

/// The length of the first line, its line feed included.
fn line_length(text: &[u8]) -> usize {
    memchr(b'\n', text).map_or(text.len(), |feed| feed + 1)
}

fn check_separator(line: &[u8]) -> Result<(), SeparatorError> {
    let text = go_lossy(line.strip_prefix(SEPARATOR).unwrap_or(line));
    // Go's `strings.TrimSpace` and Rust's `trim` agree on what space is.
    match text.trim() {
        "" => Ok(()),
        comment if comment.starts_with('#') => Ok(()),
        other => Err(SeparatorError(other.to_owned())),
    }
}

/// The lines of a document, each with a line feed at its end and no carriage return before it.
fn with_line_feeds(document: &[u8]) -> Cow<'_, [u8]> {
    if document.ends_with(b"\n") && memmem::find(document, b"\r\n").is_none() {
        return Cow::Borrowed(document);
    }
    let mut text = Vec::with_capacity(document.len() + 1);
    for line in document.split_inclusive(|byte| *byte == b'\n') {
        let content = match line.strip_suffix(b"\n") {
            Some(content) => content.strip_suffix(b"\r").unwrap_or(content),
            None => line,
        };
        text.extend_from_slice(content);
        text.push(b'\n');
    }
    Cow::Owned(text)
}
