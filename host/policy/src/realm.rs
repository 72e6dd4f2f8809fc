//! Where a registry may have its credentials sent (rule R10).
//!
//! A registry answers 401 with the address of a token server, its *realm*. Whoever controls the registry chooses
//! that address; so it is followed only to the registry itself, to partners that are known for public
//! registries, and to what the operator wrote.

use url::Url;

use crate::origin::{Origin, RegistryHost, Transport};

/// Registries whose token server is another host.
const PARTNERS: [(&str, &str); 2] =
    [("registry-1.docker.io", "auth.docker.io"), ("registry.gitlab.com", "gitlab.com")];

/// What the operator allows beyond the built-in rules, for one registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Hosts of token servers. TLS is required of them all the same.
    pub realms: Vec<RegistryHost>,
    /// Whether this registry is spoken to without TLS.
    pub plain_http: bool,
}

/// A token server that credentials are not sent to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RealmDenied {
    /// The address is no URL with a host, or has a user name.
    #[error("registry `{registry}` names a token server by something that is no address")]
    Malformed {
        /// The registry.
        registry: Origin,
    },
    /// The host is neither the registry nor one that is known for it.
    #[error("registry `{registry}` asks for credentials to be sent to `{realm}`")]
    Foreign {
        /// The registry.
        registry: Origin,
        /// The host of the token server.
        realm: RegistryHost,
    },
    /// The token server would be spoken to without TLS.
    #[error("registry `{registry}` asks for credentials to be sent without TLS to `{realm}`")]
    Plain {
        /// The registry.
        registry: Origin,
        /// The host of the token server.
        realm: RegistryHost,
    },
}

/// Admits `realm` as the token server of `registry`.
///
/// # Errors
/// If credentials of `registry` must not be sent there.
pub fn admit(registry: &Origin, realm: &Url, trust: &Trust) -> Result<Origin, RealmDenied> {
    let malformed = || RealmDenied::Malformed { registry: registry.clone() };
    if !realm.username().is_empty() || realm.password().is_some() {
        return Err(malformed());
    }
    let origin = Origin::of_url(realm).ok_or_else(malformed)?;
    let same_host = origin.host() == registry.host();
    let denied = (registry.clone(), origin.host().clone());
    if !same_host && !is_partner(registry, origin.host()) && !trust.realms.contains(origin.host()) {
        return Err(RealmDenied::Foreign { registry: denied.0, realm: denied.1 });
    }
    // What may be sent to the registry in plain text may be to its own host only.
    let plain_allowed = trust.plain_http && same_host;
    if origin.transport() == Transport::Plain && !plain_allowed {
        return Err(RealmDenied::Plain { registry: denied.0, realm: denied.1 });
    }
    Ok(origin)
}

fn is_partner(registry: &Origin, realm: &RegistryHost) -> bool {
    PARTNERS.contains(&(registry.host().as_str(), realm.as_str()))
}

// === impl RealmDenied ===

impl RealmDenied {
    /// The line that would allow it, where one would.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Foreign { registry, realm } => Some(format!(
                "if that is intended, add `realms: [{realm}]` to the entry of `{}` under `registries:`",
                registry.host()
            )),
            Self::Malformed { .. } | Self::Plain { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(registry: &str, realm: &str, trust: &Trust) -> Result<String, String> {
        let registry = crate::Destination::parse_prefix(registry).unwrap().origin().clone();
        let realm = Url::parse(realm).unwrap();
        admit(&registry, &realm, trust).map(|origin| origin.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_registry_itself_and_known_partners_are_admitted() {
        let none = Trust::default();
        for (registry, realm) in [
            ("ghcr.io", "https://ghcr.io/token"),
            ("quay.io", "https://quay.io/v2/auth"),
            ("docker.io", "https://auth.docker.io/token"),
            ("registry.gitlab.com", "https://gitlab.com/jwt/auth"),
            ("public.ecr.aws", "https://public.ecr.aws/token/"),
            ("acme.azurecr.io", "https://acme.azurecr.io/oauth2/token"),
            ("us-docker.pkg.dev", "https://us-docker.pkg.dev/v2/token"),
            ("registry.corp:5000", "https://registry.corp:5001/auth"),
            ("registry.corp", "https://REGISTRY.corp./auth"),
        ] {
            assert!(admitted(registry, realm, &none).is_ok(), "{registry} {realm}");
        }
    }

    #[test]
    fn every_other_host_is_denied_and_named() {
        let none = Trust::default();
        for (registry, realm, told) in [
            ("ghcr.io", "https://evil.com/token", "`evil.com`"),
            ("ghcr.io", "https://ghcr.io.evil.com/token", "`ghcr.io.evil.com`"),
            ("ghcr.io", "https://auth.docker.io/token", "`auth.docker.io`"),
            ("evil.com", "https://auth.docker.io/token", "`auth.docker.io`"),
            ("evil.com", "https://ghcr.io/token", "`ghcr.io`"),
            ("registry.gitlab.com", "https://gitlab.com.evil.com/jwt/auth", "`gitlab.com.evil.com`"),
            ("a.azurecr.io", "https://b.azurecr.io/oauth2/token", "`b.azurecr.io`"),
            ("ghcr.io", "http://ghcr.io/token", "without TLS"),
            ("ghcr.io", "https://user@ghcr.io/token", "no address"),
            ("ghcr.io", "https://u:p@ghcr.io/token", "no address"),
            ("ghcr.io", "ftp://ghcr.io/token", "no address"),
            ("ghcr.io", "https://169.254.169.254/latest", "`169.254.169.254`"),
        ] {
            let error = admitted(registry, realm, &none).unwrap_err();
            assert!(error.contains(told), "{registry} {realm}: {error}");
        }
    }

    #[test]
    fn the_operator_can_name_realms_but_not_waive_tls_for_them() {
        let realms = vec![RegistryHost::parse("gitlab.corp").unwrap()];
        let trust = Trust { realms, plain_http: true };
        assert!(admitted("registry.corp", "https://gitlab.corp/jwt/auth", &trust).is_ok());
        assert!(admitted("http://registry.corp", "http://registry.corp/token", &trust).is_ok());
        assert!(admitted("registry.corp", "http://gitlab.corp/jwt/auth", &trust).is_err());
        assert!(admitted("registry.corp", "https://evil.corp/jwt/auth", &trust).is_err());
    }

    #[test]
    fn a_denial_contains_the_line_that_allows_it() {
        let registry = Origin::parse(Transport::Tls, "registry.corp").unwrap();
        let realm = Url::parse("https://gitlab.corp/jwt/auth").unwrap();
        let hint = admit(&registry, &realm, &Trust::default()).unwrap_err().hint().unwrap();
        assert!(hint.contains("realms: [gitlab.corp]"), "{hint}");
    }
}
