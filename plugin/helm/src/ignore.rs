//! `.helmignore`: which files of a chart directory are not part of the chart.
//!
//! The rules look like those of git but are not: the first rule that hits decides, and a negated rule (`!pattern`)
//! *ignores everything that does not match it*.

use crate::path::{self, BadPattern, Pattern};

/// The rules of one chart directory.
#[derive(Debug)]
pub(crate) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    /// `None` where the slashes around it made it whole: then it hits nothing.
    pattern: Option<Pattern>,
    scope: Scope,
    negated: bool,
    directories_only: bool,
}

/// What a pattern is matched with.
#[derive(Debug, PartialEq)]
enum Scope {
    Path,
    Name,
}

/// A rule that Helm refuses.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreError {
    /// `**` in a rule.
    #[error("double-star (**) syntax is not supported")]
    DoubleStar,
    /// A malformed pattern.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
}

/// Whether a path names a file or a directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Entry {
    File,
    Directory,
}

/// What Helm ignores without being told: hidden files directly below `templates/`.
const DEFAULT: &str = "templates/.?*";

/// Those of `paths`, relative to the directory of a chart, that a `.helmignore` with this `text` leaves in it.
///
/// # Errors
/// If Helm refuses one of its rules.
pub fn kept<'a>(text: &str, paths: impl Iterator<Item = &'a str>) -> Result<Vec<&'a str>, IgnoreError> {
    let rules = Rules::parse(text)?;
    Ok(paths.filter(|path| !rules.ignores_file(path)).collect())
}

impl Rules {
    /// The rules in the text of a `.helmignore` (empty where there is none), and the built-in one.
    pub(crate) fn parse(text: &str) -> Result<Self, IgnoreError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().chain([DEFAULT]).map(str::trim);
        let rules = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Rule::parse);
        rules.collect::<Result<_, _>>().map(Self)
    }

    /// Whether the file `path`, relative to the chart, is left out, be it by its own name or by a directory's.
    pub(crate) fn ignores_file(&self, path: &str) -> bool {
        let directories = path.match_indices('/').filter_map(|(slash, _)| path.get(..slash));
        directories.into_iter().any(|directory| self.ignores(directory, Entry::Directory))
            || self.ignores(path, Entry::File)
    }

    fn ignores(&self, path: &str, entry: Entry) -> bool {
        let name = path::base(path);
        for rule in &self.0 {
            let hit = rule.hits(path, name, entry);
            if rule.negated != hit {
                return true;
            }
        }
        false
    }
}

impl Rule {
    fn parse(line: &str) -> Result<Self, IgnoreError> {
        if line.contains("**") {
            return Err(IgnoreError::DoubleStar);
        }
        Pattern::parse(line)?;
        let (negated, line) = strip(line, line.strip_prefix('!'));
        let (directories_only, line) = strip(line, line.strip_suffix('/'));
        let (anchored, pattern) = strip(line, line.strip_prefix('/'));
        let scope = if anchored || pattern.contains('/') { Scope::Path } else { Scope::Name };
        Ok(Self { pattern: Pattern::parse(pattern).ok(), scope, negated, directories_only })
    }

    fn hits(&self, path: &str, name: &str, entry: Entry) -> bool {
        if self.directories_only && entry == Entry::File {
            return false;
        }
        let text = if self.scope == Scope::Name { name } else { path };
        self.pattern.as_ref().is_some_and(|pattern| pattern.matches(text))
    }
}

fn strip<'a>(whole: &'a str, stripped: Option<&'a str>) -> (bool, &'a str) {
    (stripped.is_some(), stripped.unwrap_or(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, ignored: &[&str], kept: &[&str]) {
        let rules = Rules::parse(text).unwrap();
        for path in ignored {
            assert!(rules.ignores_file(path), "{path} is kept");
        }
        for path in kept {
            assert!(!rules.ignores_file(path), "{path} is ignored");
        }
    }

    #[test]
    fn rules_hit_as_in_helm() {
        check("", &["templates/.hidden"], &["templates/sub/.hidden", ".helmignore", "a"]);
        check("*.bak\n# no\n", &["x.bak", "d/x.bak"], &["x", "# no"]);
        check("d/\n", &["d/x", "e/d/x"], &["d"]);
        check("/top\n", &["top", "top/x"], &["d/top"]);
        check("a/*.txt", &["a/b.txt"], &["a/b/c.txt", "x/a/b.txt"]);
        check("!keep", &["other", "d/keep"], &["keep"]);
        check("\u{feff}x", &["x"], &["y"]);
    }

    #[test]
    fn refused_rules_say_why() {
        assert_eq!(Rules::parse("a/**").err(), Some(IgnoreError::DoubleStar));
        assert_eq!(Rules::parse("[").err(), Some(IgnoreError::Pattern(BadPattern)));
    }
}
