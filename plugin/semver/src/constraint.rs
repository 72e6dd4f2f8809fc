//! Which versions are acceptable.

use std::cmp::Ordering;
use std::fmt;

use crate::error::{MAX_CONSTRAINT, MAX_GROUPS};
use crate::scan::{Cursor, Parts};
use crate::version::identifiers_precedence;
use crate::{Edition, Error, Version};

/// Which versions are acceptable: alternatives (`||`) of comparisons that must all hold (blank or `,`).
#[derive(Clone, Debug)]
pub struct Constraint {
    alternatives: Vec<Group>,
    edition: Edition,
}

/// Comparisons that must all hold.
#[derive(Clone, Debug)]
struct Group {
    comparisons: Vec<Comparison>,
    /// One of the comparisons names a pre-release.
    names_prerelease: bool,
}

/// One operator and its version.
#[derive(Clone, Debug)]
struct Comparison {
    operator: Operator,
    version: Version,
    wildcard: Wildcard,
    /// The operator and the version as written.
    text: String,
}

/// The first number of a version that is missing or `x`, `X`, `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wildcard {
    None,
    Patch,
    Minor,
    Major,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// Longer tokens before their own beginnings.
const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("~", Operator::Tilde),
    ("=", Operator::Equal),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("^", Operator::Caret),
];

impl Constraint {
    /// Reads a constraint.
    ///
    /// # Errors
    /// When the text (or an alternative of it) is not a constraint; the empty text is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_as(text, Edition::default())
    }

    /// Reads a constraint that is checked by the rules of the given edition.
    ///
    /// # Errors
    /// As [`Constraint::parse`]; editions before 3.5 take any length.
    pub fn parse_as(text: &str, edition: Edition) -> Result<Self, Error> {
        if edition.limits_length() && text.len() > MAX_CONSTRAINT {
            return Err(Error::ConstraintTooLong);
        }
        let text = rewrite_ranges(text);
        if edition.limits_length() && text.split("||").count() > MAX_GROUPS {
            return Err(Error::TooManyAlternatives);
        }
        let alternatives =
            text.split("||").map(|group| Group::parse(group, edition)).collect::<Result<_, _>>()?;
        Ok(Self { alternatives, edition })
    }

    /// Whether the version is acceptable. A pre-release is only where a comparison beside names one.
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|group| group.matches(version, self.edition))
    }
}

/// The constraint in its normal form; hyphen ranges are comparisons by then.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, group) in self.alternatives.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { " || " })?;
            for (position, comparison) in group.comparisons.iter().enumerate() {
                f.write_str(if position == 0 { "" } else { " " })?;
                f.write_str(&comparison.text)?;
            }
        }
        Ok(())
    }
}

// === impl Group ===

impl Group {
    fn parse(text: &str, edition: Edition) -> Result<Self, Error> {
        let scanned = scan_group(text).ok_or_else(|| Error::ImproperConstraint(text.to_owned()))?;
        let comparisons = scanned
            .into_iter()
            .map(|(token, operator, parts)| Comparison::from_parts(token, operator, &parts, edition))
            .collect::<Result<Vec<_>, _>>()?;
        let names_prerelease = comparisons.iter().any(Comparison::names_prerelease);
        Ok(Self { comparisons, names_prerelease })
    }

    fn matches(&self, version: &Version, edition: Edition) -> bool {
        self.comparisons.iter().all(|comparison| {
            let prereleases = if edition.groups_prereleases() {
                self.names_prerelease
            } else {
                comparison.names_prerelease() || comparison.is_plain_inequality()
            };
            (prereleases || version.prerelease().is_empty()) && comparison.matches(version)
        })
    }
}

type Scanned<'a> = (&'static str, Operator, Parts<'a>);

/// The comparisons of an AND group, or none when the text is not one. Commas and blanks separate.
fn scan_group(text: &str) -> Option<Vec<Scanned<'_>>> {
    let mut cursor = Cursor::new(text, 0);
    cursor.blanks();
    let mut scanned = vec![scan_comparison(&mut cursor)?];
    loop {
        let blanks = cursor.blanks();
        if cursor.at_end() {
            return Some(scanned);
        }
        if !cursor.eat(",") && blanks == 0 {
            return None;
        }
        cursor.blanks();
        scanned.push(scan_comparison(&mut cursor)?);
    }
}

fn scan_comparison<'a>(cursor: &mut Cursor<'a>) -> Option<Scanned<'a>> {
    let (token, operator) =
        OPERATORS.into_iter().find(|(token, _)| cursor.eat(token)).unwrap_or(("", Operator::Equal));
    cursor.blanks();
    Some((token, operator, cursor.version(is_number_or_wildcard)?))
}

/// What the Go library accepts in the numbers of a constraint. The `|` is its slip, kept because it decides whether
/// `1|2` is an improper constraint or one with an unreadable version.
fn is_number_or_wildcard(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

/// Turns every `1.2 - 3.4` into `>= 1.2, <= 3.4`.
fn rewrite_ranges(text: &str) -> String {
    let mut rewritten = text.to_owned();
    let mut at = 0;
    while at < text.len() {
        match text.is_char_boundary(at).then(|| scan_range(text, at)).flatten() {
            Some((end, low, high)) => {
                let range = text.get(at..end).unwrap_or_default();
                rewritten = rewritten.replacen(range, &format!(">= {low}, <= {high} "), 1);
                at = end;
            }
            None => at += 1,
        }
    }
    rewritten
}

fn scan_range(text: &str, at: usize) -> Option<(usize, &str, &str)> {
    let mut cursor = Cursor::new(text, at);
    cursor.blanks();
    let low = cursor.version(is_number_or_wildcard)?;
    let spaced = cursor.blanks() > 0 && cursor.eat("-") && cursor.blanks() > 0;
    let high = spaced.then(|| cursor.version(is_number_or_wildcard)).flatten()?;
    cursor.blanks();
    Some((cursor.position(), low.text, high.text))
}

// === impl Comparison ===

impl Comparison {
    fn from_parts(
        token: &str,
        operator: Operator,
        parts: &Parts<'_>,
        edition: Edition,
    ) -> Result<Self, Error> {
        let wildcard = Wildcard::of(parts);
        let pre = parts.pre.map(|pre| format!("-{pre}")).unwrap_or_default();
        let minor = parts.minor.unwrap_or_default();
        let text = match wildcard {
            Wildcard::Major => format!("0.0.0{pre}"),
            Wildcard::Minor => format!("{}.0.0{pre}", parts.major),
            Wildcard::Patch => format!("{}.{minor}.0{pre}", parts.major),
            Wildcard::None => parts.text.to_owned(),
        };
        let version = Version::parse_as(&text, edition).map_err(|_| Error::ConstraintVersion)?;
        Ok(Self { operator, version, wildcard, text: format!("{token}{}", parts.text) })
    }

    fn names_prerelease(&self) -> bool {
        !self.version.prerelease().is_empty()
    }

    fn is_plain_inequality(&self) -> bool {
        self.operator == Operator::NotEqual && self.wildcard == Wildcard::None
    }

    /// Whether the version satisfies the comparison, pre-releases not being an obstacle.
    fn matches(&self, version: &Version) -> bool {
        let order = version.precedence(&self.version);
        match self.operator {
            Operator::Equal if self.wildcard == Wildcard::None => order == Ordering::Equal,
            Operator::Equal | Operator::Tilde => self.matches_tilde(version),
            Operator::NotEqual => self.matches_not_equal(version),
            Operator::Greater => self.matches_greater(version),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::LessOrEqual => self.matches_less_or_equal(version),
            Operator::Caret => self.matches_caret(version),
        }
    }

    fn is_below(&self, version: &Version) -> bool {
        version.precedence(&self.version) == Ordering::Less
    }

    fn same_major(&self, version: &Version) -> bool {
        version.major() == self.version.major()
    }

    fn same_minor(&self, version: &Version) -> bool {
        version.minor() == self.version.minor()
    }

    fn matches_not_equal(&self, version: &Version) -> bool {
        match self.wildcard {
            Wildcard::None => version.precedence(&self.version) != Ordering::Equal,
            _ if !self.same_major(version) => true,
            Wildcard::Minor => false,
            _ if !self.same_minor(version) => true,
            Wildcard::Patch => {
                // Compared without the rule that a release is above its pre-releases.
                identifiers_precedence(version.prerelease(), self.version.prerelease()) != Ordering::Equal
            }
            Wildcard::Major => version.precedence(&self.version) != Ordering::Equal,
        }
    }

    /// `>11` begins at 12, `>11.1` at 11.2.
    fn matches_greater(&self, version: &Version) -> bool {
        match self.wildcard {
            Wildcard::None => version.precedence(&self.version) == Ordering::Greater,
            _ if !self.same_major(version) => version.major() > self.version.major(),
            Wildcard::Minor => false,
            Wildcard::Patch => version.minor() > self.version.minor(),
            Wildcard::Major => version.precedence(&self.version) == Ordering::Greater,
        }
    }

    /// `<=11` ends before 12, `<=11.1` before 11.2.
    fn matches_less_or_equal(&self, version: &Version) -> bool {
        match self.wildcard {
            Wildcard::None => version.precedence(&self.version) != Ordering::Greater,
            _ if !self.same_major(version) => version.major() < self.version.major(),
            Wildcard::Minor => true,
            Wildcard::Patch | Wildcard::Major => version.minor() <= self.version.minor(),
        }
    }

    fn matches_tilde(&self, version: &Version) -> bool {
        if self.is_below(version) {
            return false;
        }
        match self.wildcard {
            Wildcard::None | Wildcard::Major if self.is_zero() => true,
            Wildcard::Minor => self.same_major(version),
            _ => self.same_major(version) && self.same_minor(version),
        }
    }

    fn matches_caret(&self, version: &Version) -> bool {
        if self.is_below(version) || !self.same_major(version) {
            return false;
        }
        if self.version.major() > 0 || self.wildcard == Wildcard::Minor {
            return true;
        }
        if self.version.minor() > 0 || self.wildcard == Wildcard::Patch {
            return self.same_minor(version);
        }
        version.minor() == 0 && version.patch() == self.version.patch()
    }

    fn is_zero(&self) -> bool {
        (self.version.major(), self.version.minor(), self.version.patch()) == (0, 0, 0)
    }
}

// === impl Wildcard ===

impl Wildcard {
    fn of(parts: &Parts<'_>) -> Self {
        let is_open = |number: Option<&str>| number.is_none_or(|number| matches!(number, "x" | "X" | "*"));
        if is_open(Some(parts.major)) {
            Self::Major
        } else if is_open(parts.minor) {
            Self::Minor
        } else if is_open(parts.patch) {
            Self::Patch
        } else {
            Self::None
        }
    }
}
