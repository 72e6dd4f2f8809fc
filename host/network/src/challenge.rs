//! `WWW-Authenticate`: what a server asks for when it refuses.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// A challenge: a scheme and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    scheme: String,
    parameters: Vec<(String, String)>,
}

// === impl Challenge ===

impl Challenge {
    /// All challenges of all `WWW-Authenticate` lines, in order. Lines that don't follow RFC 9110
    /// §11.6.1 are left out: a challenge that can be read in two ways must not be answered.
    #[must_use]
    pub fn all(headers: &HeaderMap) -> Vec<Self> {
        headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(Self::line)
            .collect()
    }

    fn line(line: &str) -> Vec<Self> {
        let challenges = http_auth::parse_challenges(line).unwrap_or_default();
        challenges.iter().map(Self::from_parsed).collect()
    }

    fn from_parsed(challenge: &http_auth::ChallengeRef<'_>) -> Self {
        let parameters = challenge.params.iter();
        Self {
            scheme: challenge.scheme.to_ascii_lowercase(),
            parameters: parameters
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_unescaped()))
                .collect(),
        }
    }

    /// The scheme in lower case, such as `bearer`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The parameter called `name` (lower case), such as `realm`; none where it is given twice.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut values = self.parameters.iter().filter(|(known, _)| known == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn parse(lines: &[&'static str]) -> Vec<Challenge> {
        let lines = lines.iter().map(|line| (WWW_AUTHENTICATE, HeaderValue::from_static(line)));
        Challenge::all(&lines.collect())
    }

    #[test]
    fn a_registry_challenge() {
        let line =
            r#"Bearer realm="https://auth.test/token",service="a, b=c",scope="repository:x/y:pull,push""#;
        let [challenge] = parse(&[line]).try_into().unwrap();
        assert_eq!(challenge.scheme(), "bearer");
        assert_eq!(challenge.parameter("realm"), Some("https://auth.test/token"));
        assert_eq!(challenge.parameter("service"), Some("a, b=c"));
        assert_eq!(challenge.parameter("scope"), Some("repository:x/y:pull,push"));
        assert_eq!(challenge.parameter("error"), None);
    }

    #[test]
    fn several_lines_and_several_challenges_in_a_line() {
        let seen = parse(&[r#"Negotiate, Basic realm="a \"b\"""#, r#"BEARER Realm="https://t.test""#]);
        let schemes: Vec<&str> = seen.iter().map(Challenge::scheme).collect();
        assert_eq!(schemes, ["negotiate", "basic", "bearer"]);
        assert_eq!(seen[1].parameter("realm"), Some(r#"a "b""#));
        assert_eq!(seen[2].parameter("realm"), Some("https://t.test"));
    }

    #[test]
    fn what_is_ambiguous_is_not_answered() {
        assert_eq!(parse(&[r#"Bearer realm="unfinished"#]), []);
        let twice = parse(&[r#"Bearer realm="https://a.test",realm="https://b.test""#]);
        assert!(twice.iter().all(|challenge| challenge.parameter("realm").is_none()), "{twice:?}");
    }
}
