//! Globs as the contract defines them: `*` and `?` stay within a component, `**` crosses
//! components, `{a,b}` is a choice. Everything else stands for itself.

/// Bytes of a glob.
const MAX_LEN: usize = 1024;

/// Patterns that the choices of one glob may make.
const MAX_ALTERNATIVES: usize = 1024;

/// A parsed glob: one pattern for each combination of its choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    pub(super) patterns: Vec<Pattern>,
}

/// Directories up from where the glob is used, then what has to match below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) up: usize,
    pub(super) parts: Vec<Part>,
}

/// What one or more components have to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Any number of directories: `**`.
    Any,
    /// A name without wildcards.
    Name(Box<str>),
    /// A name with `*` or `?`.
    Wild(Box<str>),
}

/// A text that is no glob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// It is too long.
    #[error("glob of {0} bytes is longer than {MAX_LEN}")]
    Long(usize),
    /// A `{` without `}`.
    #[error("glob `{0}` has a `{{` without a `}}`")]
    Unclosed(String),
    /// Its choices multiply beyond reason.
    #[error("the choices of glob `{0}` make more than {MAX_ALTERNATIVES} patterns")]
    Choices(String),
    /// It starts with `/`.
    #[error("glob `{0}` is absolute: only paths inside the repository can be used")]
    Absolute(String),
    /// A `..` after a wildcard has no meaning.
    #[error("glob `{0}` has `..` after a wildcard")]
    UpAfterWildcard(String),
}

// === impl Glob ===

impl Glob {
    /// Reads a glob.
    ///
    /// # Errors
    /// It is too long, a brace is not closed, the choices are too many, the glob is absolute, or goes up from a
    /// wildcard.
    pub fn parse(text: &str) -> Result<Self, GlobError> {
        if text.len() > MAX_LEN {
            return Err(GlobError::Long(text.len()));
        }
        let mut patterns = Vec::new();
        for alternative in choices(text, text)? {
            for spelled in crossings(&alternative, text)? {
                let pattern = Pattern::parse(&spelled, text)?;
                if !patterns.contains(&pattern) {
                    patterns.push(pattern);
                }
            }
        }
        Ok(Self { patterns })
    }
}

// === impl Pattern ===

impl Pattern {
    fn parse(text: &str, glob: &str) -> Result<Self, GlobError> {
        if text.starts_with('/') {
            return Err(GlobError::Absolute(glob.to_owned()));
        }
        let mut pattern = Self { up: 0, parts: Vec::new() };
        for component in text.split('/') {
            match component {
                "" | "." => {}
                ".." => pattern.go_up(glob)?,
                "**" if pattern.parts.last() == Some(&Part::Any) => {}
                "**" => pattern.parts.push(Part::Any),
                name if name.contains(['*', '?']) => pattern.parts.push(Part::Wild(name.into())),
                name => pattern.parts.push(Part::Name(name.into())),
            }
        }
        Ok(pattern)
    }

    fn go_up(&mut self, glob: &str) -> Result<(), GlobError> {
        match self.parts.pop() {
            None => self.up += 1,
            Some(Part::Name(_)) => {}
            Some(_) => return Err(GlobError::UpAfterWildcard(glob.to_owned())),
        }
        Ok(())
    }
}

/// The texts that the first choice of `text` stands for, and so on for those after and inside it.
fn choices(text: &str, glob: &str) -> Result<Vec<String>, GlobError> {
    let Some(open) = text.find('{') else { return Ok(vec![text.to_owned()]) };
    let (before, inner) = text.split_at(open);
    let inner = inner.strip_prefix('{').unwrap_or(inner);
    let (options, after) = options(inner).ok_or_else(|| GlobError::Unclosed(glob.to_owned()))?;

    let mut texts = Vec::new();
    for option in options {
        texts.extend(choices(&format!("{before}{option}{after}"), glob)?);
        if texts.len() > MAX_ALTERNATIVES {
            return Err(GlobError::Choices(glob.to_owned()));
        }
    }
    Ok(texts)
}

/// Splits `a,b}rest` at the commas of its own level; `None` where the brace is not closed.
fn options(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut options = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b'}' => {
                options.push(text.get(start..at)?);
                return Some((options, text.get(at + 1..)?));
            }
            b',' if depth == 0 => {
                options.push(text.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// `a**b` crosses components too: it is `a*b`, or `a*`, any directories, and `*b`.
fn crossings(text: &str, glob: &str) -> Result<Vec<String>, GlobError> {
    let mut spellings = vec![String::new()];
    for (at, component) in text.split('/').enumerate() {
        let slash = if at == 0 { "" } else { "/" };
        let mut parts = if component == "**" { vec![component] } else { component.split("**").collect() };
        let first = parts.remove(0);
        spellings.iter_mut().for_each(|spelling| spelling.extend([slash, first]));
        for part in parts {
            let fork = |before: &String| [format!("{before}*{part}"), format!("{before}*/**/*{part}")];
            spellings = spellings.iter().flat_map(fork).collect();
            if spellings.len() > MAX_ALTERNATIVES {
                return Err(GlobError::Choices(glob.to_owned()));
            }
        }
    }
    Ok(spellings)
}

/// Whether `name` matches `pattern`, in which `*` is any text and `?` one character.
///
/// Only the last `*` is ever tried again, which keeps the time within the product of both lengths.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.chars(), name.chars());
    let mut retry = None;
    loop {
        match (pattern.clone().next(), name.clone().next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                pattern.next();
                retry = Some((pattern.clone(), name.clone()));
                continue;
            }
            (Some(expected), Some(found)) if expected == '?' || expected == found => {
                pattern.next();
                name.next();
                continue;
            }
            _ => {}
        }
        let Some((after_star, mut skipped)) = retry.take() else { return false };
        if skipped.next().is_none() {
            return false;
        }
        pattern = after_star.clone();
        name = skipped.clone();
        retry = Some((after_star, skipped));
    }
}
