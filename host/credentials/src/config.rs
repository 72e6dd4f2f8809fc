//! What the operator writes about credentials in `tiphys.yaml`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// The block `credentials:`. All sources together form one set; where two entries are equally close to a
/// destination, `entries` come before identities, these before Argo CD's Secrets, these before `docker`, and
/// these before `helm`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CredentialsConfig {
    /// Argo CD's own Secrets.
    pub argocd: Option<ArgocdConfig>,
    /// Docker and containers auth files; of two entries for one place, the one in the first file counts.
    pub docker: Vec<PathBuf>,
    /// Helm's registry configuration files.
    pub helm: Vec<PathBuf>,
    /// Single credentials, whose secrets are in files.
    pub entries: Vec<EntryConfig>,
}

/// Where Argo CD's `repository` and `repo-creds` Secrets come from: one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum ArgocdConfig {
    /// A directory with one directory per Secret, as volumes mount them, or a single mounted Secret.
    Secrets(PathBuf),
    /// The Kubernetes API.
    Kubernetes(KubernetesConfig),
}

/// Which Secrets are watched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KubernetesConfig {
    /// Argo CD's own namespace.
    pub namespace: String,
}

/// One credential.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntryConfig {
    /// What it is for: `host[:port][/path]`, and everything below.
    pub prefix: String,
    /// The projects that may use it. None are all.
    #[serde(default)]
    pub projects: Vec<String>,
    /// The user name, where there is one.
    #[serde(default)]
    pub username: Option<String>,
    /// The password itself, where it was typed; a configuration file names the file that has it.
    #[serde(skip)]
    pub password: Option<Secret>,
    /// The file with the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The file with a token that the registry takes as it is (`Authorization: Bearer`).
    #[serde(default)]
    pub token_file: Option<PathBuf>,
}

/// What the operator says about a registry, as far as credentials are concerned: parts of an entry of the block
/// `registries:`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryConfig {
    /// What it is for: `host[:port][/path]`, and everything below.
    pub prefix: String,
    /// The cloud identity that is used there.
    pub identity: Option<IdentityConfig>,
    /// Hosts that this registry may have its credentials sent to, beside itself (rule R10).
    pub realms: Vec<String>,
    /// Whether it speaks plain `http`.
    pub plain_http: bool,
}

/// A cloud identity of the process. It is the pod's own, so it is off unless the operator names the registry and
/// the projects that may use it (rule R8).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "ambient", rename_all = "lowercase", deny_unknown_fields)]
pub enum IdentityConfig {
    /// Amazon: a role for service accounts, Pod Identity, the instance's role or a static key.
    Aws(AwsIdentity),
    /// Google: a service account key, workload identity federation or the metadata server.
    Google(GoogleIdentity),
    /// Azure: a service principal, workload identity or a managed identity.
    Azure(AzureIdentity),
}

/// Amazon's identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AwsIdentity {
    /// The projects that may use it; `*` is every project.
    pub projects: Vec<String>,
    /// Roles to assume, one from the other, after the process's own.
    #[serde(default)]
    pub roles: Vec<AwsRole>,
}

/// A role of Amazon's to assume.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AwsRole {
    /// `arn:aws:iam::ACCOUNT:role/NAME`.
    pub arn: String,
    /// What the role's trust policy may ask for.
    #[serde(default)]
    pub external_id: Option<String>,
}

/// Google's identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoogleIdentity {
    /// The projects that may use it; `*` is every project.
    pub projects: Vec<String>,
    /// The e-mail address of a service account to impersonate.
    #[serde(default)]
    pub impersonate: Option<String>,
}

/// Azure's identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AzureIdentity {
    /// The projects that may use it; `*` is every project.
    pub projects: Vec<String>,
    /// The client to be, where it is not the environment's.
    #[serde(default)]
    pub client_id: Option<String>,
    /// The tenant, where it is not the environment's.
    #[serde(default)]
    pub tenant_id: Option<String>,
}

// === impl IdentityConfig ===

impl IdentityConfig {
    /// The projects that may use it.
    #[must_use]
    pub fn projects(&self) -> &[String] {
        match self {
            Self::Aws(identity) => &identity.projects,
            Self::Google(identity) => &identity.projects,
            Self::Azure(identity) => &identity.projects,
        }
    }

    /// The name of the provider.
    #[must_use]
    pub const fn provider(&self) -> &'static str {
        match self {
            Self::Aws(_) => "aws",
            Self::Google(_) => "google",
            Self::Azure(_) => "azure",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: for<'de> Deserialize<'de>>(json: &str) -> Result<T, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn the_blocks_of_the_documentation_are_read() {
        let config: CredentialsConfig = read(
            r#"{"argocd": {"secrets": "/etc/tiphys/repositories"}, "docker": ["~/.docker/config.json"],
                "entries": [{"prefix": "ghcr.io/acme", "username": "ci", "passwordFile": "/run/ghcr"}]}"#,
        )
        .unwrap();
        assert_eq!(config.argocd, Some(ArgocdConfig::Secrets("/etc/tiphys/repositories".into())));
        assert_eq!(config.entries[0].password_file, Some("/run/ghcr".into()));
        let identity: IdentityConfig = read(r#"{"ambient": "aws", "projects": ["team-a"]}"#).unwrap();
        assert_eq!((identity.provider(), identity.projects()), ("aws", &["team-a".to_owned()][..]));
        let watched: ArgocdConfig = read(r#"{"kubernetes": {"namespace": "argocd"}}"#).unwrap();
        assert_eq!(watched, ArgocdConfig::Kubernetes(KubernetesConfig { namespace: "argocd".into() }));
    }

    #[test]
    fn unknown_and_missing_fields_are_errors() {
        assert!(read::<CredentialsConfig>(r#"{"dokcer": []}"#).unwrap_err().contains("dokcer"));
        assert!(read::<IdentityConfig>(r#"{"ambient": "aws"}"#).unwrap_err().contains("projects"));
        let unknown = r#"{"ambient": "aws", "projects": ["a"], "role": "x"}"#;
        assert!(read::<IdentityConfig>(unknown).unwrap_err().contains("role"));
        assert!(read::<IdentityConfig>(r#"{"ambient": "gcp", "projects": []}"#).is_err());
        let both = r#"{"argocd": {"secrets": "/a", "kubernetes": {"namespace": "b"}}}"#;
        assert!(read::<CredentialsConfig>(both).is_err());
    }
}
