//! What an operator grants to a plugin: references and hosts (rule R3).

use url::Url;

use crate::blame::{Blame, Denial, Diagnose};
use crate::destination::Destination;
use crate::origin::RegistryHost;
use crate::pattern::Pattern;

/// What one plugin may fetch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// Charts and artifacts: the patterns of `grants.registry`.
    pub registry: Vec<Pattern>,
    /// HTTP: the patterns of `grants.network`.
    pub network: Vec<Pattern>,
}

/// Something that was not granted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGranted {
    /// A reference.
    #[error("this plugin may not fetch `{reference}`")]
    Reference {
        /// What it asked for.
        reference: String,
    },
    /// A host.
    #[error("this plugin may not connect to `{host}`")]
    Host {
        /// Where it wanted to.
        host: String,
    },
}

// === impl Grant ===

impl Grant {
    /// Admits a chart or artifact: the application's own source, what the host itself found as a dependency, and
    /// what the operator's patterns name.
    ///
    /// # Errors
    /// If it is none of these.
    pub fn admit_reference(&self, reference: &str, known: &[Destination]) -> Result<(), NotGranted> {
        let destination = Destination::parse_reference(reference).ok();
        let own =
            destination.is_some_and(|destination| known.iter().any(|place| destination.is_under(place)));
        if own || self.registry.iter().any(|pattern| pattern.admits(reference)) {
            return Ok(());
        }
        Err(NotGranted::Reference { reference: reference.chars().take(200).collect() })
    }

    /// Admits a request of the plugin's own.
    ///
    /// # Errors
    /// If no pattern names its address.
    pub fn admit_request(&self, url: &Url) -> Result<(), NotGranted> {
        if self.network.iter().any(|pattern| pattern.admits(url.as_str())) {
            return Ok(());
        }
        let host = url.host_str().and_then(|host| RegistryHost::parse(host).ok());
        Err(NotGranted::Host { host: host.map_or_else(|| "?".to_owned(), |host| host.to_string()) })
    }
}

// === impl NotGranted ===

impl Diagnose for NotGranted {
    fn blame(&self) -> Blame {
        Blame::Platform
    }

    fn denial(&self) -> Option<Denial> {
        Some(Denial::Rule)
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Reference { reference } => {
                let scheme = if reference.contains("://") { "" } else { "oci://" };
                let name = reference.split('@').next().unwrap_or_default();
                let place = name.rsplit_once('/').map_or(name, |(place, _)| place);
                format!("to grant it, add `{scheme}{place}/**` to the plugin's `grants: {{registry: […]}}`")
            }
            Self::Host { host } => {
                format!("to grant it, add `https://{host}/**` to the plugin's `grants: {{network: […]}}`")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(registry: &[&str], network: &[&str]) -> Grant {
        let parse = |patterns: &[&str]| patterns.iter().map(|pattern| pattern.parse().unwrap()).collect();
        Grant { registry: parse(registry), network: parse(network) }
    }

    #[test]
    fn everything_else_is_denied() {
        let grant = grant(&["oci://ghcr.io/acme/**"], &["https://api.corp/v1/**"]);
        let known = [Destination::parse_reference("https://charts.corp/stable").unwrap()];
        for (reference, fine) in [
            ("oci://ghcr.io/acme/app:1.0", true),
            ("oci://ghcr.io/other/app:1.0", false),
            ("https://charts.corp/stable", true),
            ("https://charts.corp/unstable", false),
            ("https://169.254.169.254/latest", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(grant.admit_reference(reference, &known).is_ok(), fine, "{reference}");
        }
        for (url, fine) in [
            ("https://api.corp/v1/items?x=1", true),
            ("https://api.corp/v2/items", false),
            ("https://api.corp.evil.com/v1/items", false),
            ("http://api.corp/v1/items", false),
        ] {
            assert_eq!(grant.admit_request(&url.parse().unwrap()).is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn a_denial_contains_the_line_that_grants_it() {
        let denied =
            Grant::default().admit_reference("oci://ghcr.io/acme/app:1.0@sha256:00", &[]).unwrap_err();
        assert!(denied.hint().unwrap().contains("`oci://ghcr.io/acme/**`"), "{denied:?}");
        let denied = Grant::default().admit_request(&"https://api.corp/x".parse().unwrap()).unwrap_err();
        assert!(denied.hint().unwrap().contains("`https://api.corp/**`"));
    }
}
