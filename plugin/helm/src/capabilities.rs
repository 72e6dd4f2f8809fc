//! What the cluster offers: its version and its API versions.

use crate::profile::{KubeVersions, Profile};
use crate::text::quote;

/// What templates read as `.Capabilities`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The version of Kubernetes.
    pub kube_version: KubeVersion,
    /// Groups with versions, `apps/v1`, and whatever else was given to `--api-versions`.
    pub api_versions: Vec<String>,
}

impl Capabilities {
    /// What `helm template` assumes, with the version of `--kube-version`, if there is one, and those of
    /// `--api-versions`.
    ///
    /// # Errors
    /// That the version cannot be read.
    pub fn new(
        profile: Profile,
        kube_version: Option<&str>,
        api_versions: &[String],
    ) -> Result<Self, KubeVersionError> {
        let kube_version = match kube_version {
            Some(text) => KubeVersion::parse(text, profile.kube_versions())?,
            None => KubeVersion::from_numbers(&[1, u64::from(profile.kubernetes_minor()), 0]),
        };
        let api_versions = profile.api_versions().chain(api_versions.iter().cloned()).collect();
        Ok(Self { kube_version, api_versions })
    }
}

/// A version of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    version: String,
    normalized: String,
    major: u64,
    minor: u64,
}

/// A version that cannot be read, with Helm's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid kube version '{text}': {reason}")]
pub struct KubeVersionError {
    /// What was given.
    pub text: String,
    /// Why not.
    pub reason: String,
}

impl KubeVersion {
    fn parse(text: &str, rule: KubeVersions) -> Result<Self, KubeVersionError> {
        let refused = |reason: String| KubeVersionError { text: text.to_owned(), reason };
        if rule == KubeVersions::Semantic {
            let version = gosemver::Version::parse_as(text, gosemver::Edition::V3_3)
                .map_err(|error| refused(error.wording(gosemver::Edition::V3_3)))?;
            let text = format!("v{version}");
            let (major, minor) = (version.major(), version.minor());
            return Ok(Self { version: text.clone(), normalized: text, major, minor });
        }
        let mut version = Self::from_numbers(&leading_numbers(text).map_err(refused)?);
        if rule == KubeVersions::Original {
            version.version = if text.starts_with('v') { text.to_owned() } else { format!("v{text}") };
        }
        Ok(version)
    }

    fn from_numbers(numbers: &[u64]) -> Self {
        let text: Vec<_> = numbers.iter().map(u64::to_string).collect();
        let text = format!("v{}", text.join("."));
        let at = |place: usize| numbers.get(place).copied().unwrap_or_default();
        Self { version: text.clone(), normalized: text, major: at(0), minor: at(1) }
    }

    /// The version as templates read it: `v1.33.4-gke.1245000`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The version as constraints are checked with it: `v1.33.4`.
    #[must_use]
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// The first number.
    #[must_use]
    pub fn major(&self) -> String {
        self.major.to_string()
    }

    /// The second number.
    #[must_use]
    pub fn minor(&self) -> String {
        self.minor.to_string()
    }
}

/// Two or more numbers with dots between them, after an optional `v`; what follows does not matter. So reads
/// Kubernetes' own `ParseGeneric`.
fn leading_numbers(text: &str) -> Result<Vec<u64>, String> {
    let start = text.trim_ascii_start();
    let start = start.strip_prefix('v').unwrap_or(start);
    let mut numbers: Vec<&str> = Vec::new();
    let mut rest = start;
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Some((number, after)) = rest.split_at_checked(digits).filter(|_| digits > 0) else { break };
        numbers.push(number);
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None => break,
        }
    }
    if numbers.is_empty() {
        return Err(format!("could not parse {} as version", quote(text)));
    }
    if numbers.len() < 2 {
        return Err(format!("illegal version string {}", quote(text)));
    }
    if let Some(first) = numbers.first().filter(|first| first.starts_with('0') && **first != "0") {
        return Err(format!("illegal zero-prefixed version component {} in {}", quote(first), quote(text)));
    }
    let number = |number: &&str| {
        number.parse().map_err(|_| {
            let part = quote(number);
            let why = format!("strconv.ParseUint: parsing {part}: value out of range");
            format!("illegal non-numeric version component {part} in {}: {why}", quote(text))
        })
    };
    numbers.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(profile: Profile, text: &str, want: &str) {
        let got = match Capabilities::new(profile, Some(text), &[]) {
            Ok(capabilities) => {
                let version = capabilities.kube_version;
                format!(
                    "{} {} {} {}",
                    version.version(),
                    version.normalized(),
                    version.major(),
                    version.minor()
                )
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(got, want, "{profile} {text}");
    }

    #[test]
    fn versions_keep_what_the_profile_keeps() {
        check(Profile::V3_16, "1.33.4-gke.5", "v1.33.4-gke.5 v1.33.4-gke.5 1 33");
        check(Profile::V3_21, "1.33.4-gke.5", "v1.33.4 v1.33.4 1 33");
        check(Profile::V4_2, "1.33.4-gke.5", "v1.33.4-gke.5 v1.33.4 1 33");
        check(Profile::V4_2, "v1.33", "v1.33 v1.33 1 33");
        check(Profile::V4_2, "1", "invalid kube version '1': illegal version string \"1\"");
        check(Profile::V4_2, "x", "invalid kube version 'x': could not parse \"x\" as version");
    }
}
