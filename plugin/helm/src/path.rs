//! Slash-separated paths as Go's `path` and `path/filepath` (on Linux) read them.

/// The shortest equal path: Go's `path.Clean`. The empty path is `.`.
pub(crate) fn clean(path: &str) -> String {
    if path.split('/').all(|part| !matches!(part, "" | "." | "..")) {
        return path.to_owned();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// `first` and `second` joined and cleaned; empty ones are left out: Go's `path.Join`.
pub(crate) fn join(first: &str, second: &str) -> String {
    match (first, second) {
        ("", "") => String::new(),
        ("", path) | (path, "") => clean(path),
        (first, second) => clean(&[first, "/", second].concat()),
    }
}

/// The last element: Go's `path.Base`.
pub(crate) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

/// The suffix from the last dot of the last element on, or nothing: Go's `path.Ext`.
pub(crate) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').and_then(|dot| name.get(dot..)).unwrap_or("")
}

/// A pattern that Go's `filepath.Match` rejects.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct BadPattern;

/// A shell pattern, as Go's `filepath.Match` reads it: `*` and `?` never match a slash.
#[derive(Debug)]
pub(crate) struct Pattern(Vec<Token>);

impl Pattern {
    /// Reads a pattern as a whole: what is malformed anywhere is refused.
    pub(crate) fn parse(pattern: &str) -> Result<Self, BadPattern> {
        parse(pattern).map(Self)
    }

    /// Whether the whole of `name` matches.
    pub(crate) fn matches(&self, name: &str) -> bool {
        matches_tokens(&self.0, name)
    }
}

/// Whether `name` matches the shell pattern as a whole. The rest of a malformed pattern is an error even where a mismatch
/// before it already decides, as in Go.
pub(crate) fn matches(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    Pattern::parse(pattern).map(|pattern| pattern.matches(name))
}

#[derive(Debug)]
enum Token {
    /// `*`: any run without a slash.
    Star,
    /// `?`: one character but a slash.
    Any,
    /// A character itself.
    Char(char),
    /// `[a-z]`, `[^a-z]`.
    Class { negated: bool, ranges: Vec<(char, char)> },
}

fn parse(pattern: &str) -> Result<Vec<Token>, BadPattern> {
    let mut tokens = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '*' => Token::Star,
            '?' => Token::Any,
            '[' => class(&mut chars)?,
            '\\' => Token::Char(chars.next().ok_or(BadPattern)?),
            c => Token::Char(c),
        });
    }
    Ok(tokens)
}

fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Token, BadPattern> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty() && chars.next_if_eq(&']').is_some() {
            return Ok(Token::Class { negated, ranges });
        }
        let low = class_member(chars)?;
        let high = if chars.next_if_eq(&'-').is_some() { class_member(chars)? } else { low };
        ranges.push((low, high));
    }
}

/// One end of a range. An unescaped `-` or `]` is malformed there, and so is an end of the pattern after it.
fn class_member(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<char, BadPattern> {
    let member = match chars.next().ok_or(BadPattern)? {
        '-' | ']' => return Err(BadPattern),
        '\\' => chars.next().ok_or(BadPattern)?,
        c => c,
    };
    chars.peek().map(|_| member).ok_or(BadPattern)
}

/// Greedy matching with one point of return: the last star.
fn matches_tokens(tokens: &[Token], name: &str) -> bool {
    let (mut token, mut rest) = (0, name);
    let mut retry: Option<(usize, &str)> = None;
    loop {
        let mut chars = rest.chars();
        match (tokens.get(token), chars.next()) {
            (None, None) => return true,
            (Some(Token::Star), _) => {
                retry = Some((token, rest));
                token += 1;
                continue;
            }
            (Some(one), Some(c)) if one.accepts(c) => {
                token += 1;
                rest = chars.as_str();
                continue;
            }
            _ => {}
        }
        let Some((star, from)) = retry else { return false };
        let mut chars = from.chars();
        match chars.next() {
            Some(c) if c != '/' => {
                retry = Some((star, chars.as_str()));
                (token, rest) = (star + 1, chars.as_str());
            }
            _ => return false,
        }
    }
}

impl Token {
    fn accepts(&self, c: char) -> bool {
        match self {
            Self::Star => false,
            Self::Any => c != '/',
            Self::Char(own) => *own == c,
            // A negated class does match a slash in Go, unlike in a shell.
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_clean_as_in_go() {
        for (path, want) in [
            ("", "."),
            ("a//b/./c/..", "a/b"),
            ("../../x", "../../x"),
            ("/../x", "/x"),
            ("/", "/"),
            ("a/..", "."),
        ] {
            assert_eq!(clean(path), want, "{path}");
        }
        assert_eq!(join("a", ""), "a");
        assert_eq!(join("", ""), "");
        assert_eq!((base("a/b/"), base(""), base("//")), ("b", ".", "/"));
        assert_eq!((extension("a.b/c"), extension("a/b.tar.gz")), ("", ".gz"));
    }

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, name, want) in [
            ("*", "abc", Ok(true)),
            ("*", "a/b", Ok(false)),
            ("a*/b", "axx/b", Ok(true)),
            ("*c", "abc/c", Ok(false)),
            ("a?c", "a/c", Ok(false)),
            ("[a-c]x", "bx", Ok(true)),
            ("[^a-c]x", "/x", Ok(true)),
            ("\\*", "*", Ok(true)),
            ("[", "a", Err(BadPattern)),
            ("[]a]", "]", Err(BadPattern)),
            ("[-]", "-", Err(BadPattern)),
            ("a[", "b", Err(BadPattern)),
            ("a*b*c", "aXbYbZc", Ok(true)),
            ("", "", Ok(true)),
        ] {
            assert_eq!(matches(pattern, name), want, "{pattern} {name}");
        }
    }
}
