//! What lies outside: registries, the network, and whose signatures count.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of a registry or a Helm repository, or of a part of one. A host that is named here may have a
/// private address.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RegistryConfig {
    /// `host[:port][/path]`, and everything below.
    pub(crate) prefix: String,
    /// Other places where its content is found, in the order in which they are asked.
    #[serde(default)]
    pub(crate) mirrors: Vec<MirrorConfig>,
    /// The identity of the pod, to be used there.
    #[serde(default)]
    pub(crate) identity: Option<credentials::config::IdentityConfig>,
    /// Other hosts that may be shown its credentials: `host[:port]` of token servers.
    #[serde(default)]
    pub(crate) realms: Vec<String>,
    /// Whether it speaks plain `http`.
    #[serde(default)]
    pub(crate) plain_http: bool,
    /// How its certificate is checked, and what is shown to it.
    #[serde(default)]
    pub(crate) tls: TlsConfig,
}

/// Another place where a registry's content is found.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MirrorConfig {
    /// `host[:port][/path]`.
    pub(crate) location: String,
    /// What it is believed.
    #[serde(default)]
    pub(crate) trust: MirrorTrust,
}

/// What a mirror is believed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MirrorTrust {
    /// Content under its digest, which can't be wrong.
    #[default]
    DigestOnly,
    /// Which tags there are and what they name, too.
    Resolve,
}

/// TLS with one registry.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct TlsConfig {
    /// PEM file of the authorities that count there, instead of the usual ones.
    pub(crate) ca_file: Option<String>,
    /// PEM file of the certificate that is shown, with `keyFile`.
    pub(crate) cert_file: Option<String>,
    /// PEM file of the certificate's private key.
    pub(crate) key_file: Option<String>,
    /// Whether any certificate will do.
    pub(crate) insecure: bool,
}

/// What must be signed, and by whom. Where several match, all must be met.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VerifyConfig {
    /// Pattern of references: `ghcr.io/acme/**`.
    #[serde(rename = "match")]
    pub(crate) pattern: String,
    /// Signatures of cosign.
    #[serde(default)]
    pub(crate) cosign: CosignConfig,
    /// Signatures of `helm package --sign`.
    #[serde(default)]
    pub(crate) provenance: ProvenanceConfig,
}

/// Whose signatures count. One of them will do.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct CosignConfig {
    /// PEM files of public keys.
    pub(crate) keys: Vec<String>,
    /// Address of who gives out identities, such as `https://token.actions.githubusercontent.com`; with `subjectRegex`.
    pub(crate) issuer: Option<String>,
    /// Regular expression that matches the whole of an identity.
    pub(crate) subject_regex: Option<String>,
    /// File with sigstore's `trusted_root.json`, for an instance of one's own; without it, the public one.
    pub(crate) trusted_root: Option<String>,
}

/// Whose provenance files count.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ProvenanceConfig {
    /// Files of OpenPGP public keys, as `gpg --export` writes them.
    pub(crate) keyrings: Vec<String>,
}

/// How everything outside is reached.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct NetworkConfig {
    /// Folder with a PEM file for each host, named by the host, as `argocd-tls-certs-cm` is mounted. Without it,
    /// `/app/config/tls` where that exists.
    pub(crate) certificates: Option<String>,
}
