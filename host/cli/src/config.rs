//! `tiphys.yaml`: what the operator writes.
//!
//! The types here are the reference: their documentation becomes the JSON Schema, which checks the
//! file ([`check`]) before it is read, so that every error is found at once and has its position.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod check;
mod file;
mod outside;
mod units;

pub(crate) use self::file::{LoadError, Stamp, load};
pub(crate) use self::outside::{
    CosignConfig, MirrorTrust, NetworkConfig, RegistryConfig, TlsConfig, VerifyConfig,
};
pub(crate) use self::units::{Size, Span};

/// The configuration of Tiphys.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The plugins; each is served on a socket of its own. Without any, the built-in Helm plugin is.
    pub(crate) plugins: Vec<PluginConfig>,
    /// What is known of registries and Helm repositories.
    pub(crate) registries: Vec<RegistryConfig>,
    /// Where credentials are. Without it, commands use those that Docker and Helm keep for their user, and `serve`
    /// none.
    pub(crate) credentials: Option<credentials::config::CredentialsConfig>,
    /// What must be signed, and by whom.
    pub(crate) verify: Vec<VerifyConfig>,
    /// How everything outside is reached.
    pub(crate) network: NetworkConfig,
    /// How requests are served.
    pub(crate) server: ServerConfig,
    /// Values that plugins ask for as random.
    pub(crate) entropy: EntropyConfig,
    /// What is kept between requests, and for how long.
    pub(crate) cache: CacheConfig,
}

/// A plugin.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PluginConfig {
    /// Name of its socket, and of `spec.source.plugin.name` in an Application.
    #[schemars(regex(pattern = r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"), length(max = 60))]
    pub(crate) name: String,
    /// `builtin:helm`, `file:PATH`, or `oci://REFERENCE@sha256:DIGEST`.
    #[schemars(regex(pattern = r"^(builtin:helm|file:.+|oci://.+)$"))]
    pub(crate) component: String,
    /// What it may use. Anything else is not there for it.
    #[serde(default)]
    pub(crate) grants: GrantsConfig,
    /// Parameters for Applications that do not set them.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, ParameterConfig>,
    /// What one request may use up.
    #[serde(default)]
    pub(crate) limits: LimitsConfig,
    /// Whether it may be asked if an application is one of its own.
    #[serde(default)]
    pub(crate) discovery: bool,
    /// Whether an answer without manifests is one. With automatic pruning it deletes everything.
    #[serde(default)]
    pub(crate) allow_empty: bool,
}

/// The value of a parameter.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum ParameterConfig {
    /// A text.
    Text(String),
    /// A list of texts.
    Items(Vec<String>),
    /// Pairs.
    Entries(BTreeMap<String, String>),
}

/// What a plugin may use.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct GrantsConfig {
    /// The application's files.
    pub(crate) source: bool,
    /// Patterns of the references that may be pulled, such as `oci://**`.
    pub(crate) registry: Vec<String>,
    /// Patterns of the hosts that may be asked over HTTPS.
    pub(crate) network: Vec<String>,
    /// Whether handles of credentials may be found.
    pub(crate) credentials: bool,
    /// Random values: the same at every render (`stable`), new ones (`random`) or `none`.
    pub(crate) entropy: EntropyGrant,
    /// Objects of the cluster: `none`.
    pub(crate) lookup: LookupGrant,
    /// Whether it may write to the log.
    pub(crate) log: bool,
}

/// Random values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EntropyGrant {
    /// The interface is not there.
    None,
    /// The same application and label give the same value at every render.
    Stable,
    /// New values at every render.
    Random,
}

/// Objects of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LookupGrant {
    /// Every question is answered with nothing, as `helm template` does.
    None,
}

/// What one request may use up.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct LimitsConfig {
    /// Memory of the plugin.
    pub(crate) memory: Size,
    /// Time that it computes.
    pub(crate) cpu: Span,
    /// Time until its answer, downloads included.
    pub(crate) wall: Span,
    /// Manifests.
    pub(crate) output: Size,
}

/// How requests are served.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ServerConfig {
    /// Requests that run at once. Without it, two for each core.
    pub(crate) concurrency: Option<usize>,
    /// Requests that wait for their turn; more are refused.
    pub(crate) queue: usize,
    /// How long requests may still run when the process is asked to stop.
    pub(crate) drain: Span,
    /// Name of one more socket, which chooses the plugin by discovery.
    pub(crate) discovery_socket: Option<String>,
    /// Permissions of the sockets, in octal.
    #[schemars(regex(pattern = r"^0?[0-7]{3}$"))]
    pub(crate) socket_mode: String,
    /// Size of an application's files after unpacking.
    pub(crate) extracted: Size,
    /// Size of an application's files as they are received.
    pub(crate) received: Size,
}

/// Values that plugins ask for as random.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct EntropyConfig {
    /// File of 32 bytes or more that stable values are derived from. Share it between replicas and
    /// pipelines, so that all of them render the same. Without it, one is made in the cache.
    pub(crate) key_file: Option<String>,
}

/// What is kept between requests.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct CacheConfig {
    /// Folder of the cache. Without it, the user's cache folder.
    pub(crate) path: Option<String>,
    /// A cache that machines share, behind this one: `redis://HOST[:PORT][/DATABASE]` or `rediss://…` for TLS (the
    /// password may be in `REDIS_PASSWORD`), or `s3://BUCKET[/FOLDER]` (with Amazon's usual environment variables).
    pub(crate) shared: Option<String>,
    /// PEM file of the authorities that may have signed the certificate of a `rediss://`; without it, the system's.
    pub(crate) shared_ca_file: Option<String>,
    /// Size that it is kept below.
    pub(crate) size: Size,
    /// Size of the answers that each plugin keeps in memory, to be given again while nothing has changed that they
    /// came of; `0` for none.
    pub(crate) answers: Size,
    /// For how long a tag names the same digest without asking again.
    #[serde(rename = "tagTTL")]
    pub(crate) tag_ttl: Span,
    /// For how long an old answer serves when a registry does not answer.
    pub(crate) stale_if_error: Span,
}

/// The JSON Schema of the configuration.
pub(crate) fn schema() -> serde_json::Value {
    schemars::schema_for!(Config).to_value()
}

/// The JSON Schema as `tiphys schema` prints it.
pub(crate) fn schema_text() -> String {
    format!("{:#}\n", schema())
}

// === impl Config ===

impl Config {
    /// The configured plugins, or the built-in one.
    pub(crate) fn plugins_or_builtin(&self) -> Vec<PluginConfig> {
        if self.plugins.is_empty() { vec![PluginConfig::builtin()] } else { self.plugins.clone() }
    }

    /// The same configuration, under which nothing is an answer: nobody prunes what a pipeline prints.
    pub(crate) fn allowing_empty(self) -> Self {
        let allow = |plugin| PluginConfig { allow_empty: true, ..plugin };
        Self { plugins: self.plugins_or_builtin().into_iter().map(allow).collect(), ..self }
    }
}

// === impl PluginConfig ===

impl PluginConfig {
    /// The built-in Helm plugin, as it runs without a configuration.
    pub(crate) fn builtin() -> Self {
        Self {
            name: "helm".to_owned(),
            component: "builtin:helm".to_owned(),
            grants: GrantsConfig {
                registry: vec!["oci://**".to_owned(), "https://**".to_owned()],
                ..GrantsConfig::default()
            },
            parameters: BTreeMap::new(),
            limits: LimitsConfig::default(),
            discovery: false,
            allow_empty: false,
        }
    }
}

// === defaults ===

impl Default for GrantsConfig {
    fn default() -> Self {
        Self {
            source: true,
            registry: Vec::new(),
            network: Vec::new(),
            credentials: false,
            entropy: EntropyGrant::Stable,
            lookup: LookupGrant::None,
            log: true,
        }
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { memory: Size(512 << 20), cpu: seconds(20), wall: seconds(60), output: Size(64 << 20) }
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            concurrency: None,
            queue: 512,
            drain: seconds(20),
            discovery_socket: None,
            socket_mode: "0660".to_owned(),
            extracted: Size(1 << 30),
            received: Size(512 << 20),
        }
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            path: None,
            shared: None,
            shared_ca_file: None,
            size: Size(2 << 30),
            answers: Size(32 << 20),
            tag_ttl: seconds(180),
            stale_if_error: seconds(86_400),
        }
    }
}

const fn seconds(count: u64) -> Span {
    Span(std::time::Duration::from_secs(count))
}
