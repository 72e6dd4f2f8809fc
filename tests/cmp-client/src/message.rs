//! Argo CD's messages and methods.

/// A message of a stream: the metadata first, then pieces of the archive.
#[derive(Clone, PartialEq, prost::Message)]
pub struct AppStreamRequest {
    /// In the first message alone.
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Metadata>,
    /// In all others.
    #[prost(message, optional, tag = "2")]
    pub file: Option<File>,
}

/// What the archive is of.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Metadata {
    /// A name for temporary files.
    #[prost(string, tag = "1")]
    pub app_name: String,
    /// The application's directory within the archive.
    #[prost(string, tag = "2")]
    pub app_rel_path: String,
    /// SHA-256 of the archive, in hex.
    #[prost(string, tag = "3")]
    pub checksum: String,
    /// Bytes of the archive.
    #[prost(int64, tag = "4")]
    pub size: i64,
    /// The variables.
    #[prost(message, repeated, tag = "5")]
    pub env: Vec<EnvEntry>,
}

/// A variable.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EnvEntry {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its value.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// A piece of the archive.
#[derive(Clone, PartialEq, prost::Message)]
pub struct File {
    /// The bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub chunk: Vec<u8>,
}

/// The answer of `GenerateManifest`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Manifests {
    /// One object each, as JSON.
    #[prost(string, repeated, tag = "1")]
    pub manifests: Vec<String>,
}

/// The answer of `CheckPluginConfiguration`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Check {
    /// Whether it wants to be asked by `MatchRepository`.
    #[prost(bool, tag = "1")]
    pub is_discovery_configured: bool,
    /// Whether it wants the credential of the source.
    #[prost(bool, tag = "2")]
    pub provide_git_creds: bool,
}

/// The answer of `MatchRepository`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Repository {
    /// It is.
    #[prost(bool, tag = "1")]
    pub is_supported: bool,
    /// It was asked.
    #[prost(bool, tag = "2")]
    pub is_discovery_enabled: bool,
}

/// The answer of `GetParametersAnnouncement`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Announcements {
    /// The parameters.
    #[prost(message, repeated, tag = "1")]
    pub announcements: Vec<Announcement>,
}

/// A parameter that a plugin knows.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Announcement {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Whether it must be set.
    #[prost(bool, tag = "4")]
    pub required: bool,
    /// `string`, `array` or `map`.
    #[prost(string, tag = "6")]
    pub collection_type: String,
    /// Default of an `array`.
    #[prost(string, repeated, tag = "8")]
    pub array: Vec<String>,
    /// Default of a `map`.
    #[prost(map = "string, string", tag = "9")]
    pub map: std::collections::HashMap<String, String>,
}

/// What a plugin can do.
pub const CHECK: &str = "/plugin.ConfigManagementPluginService/CheckPluginConfiguration";
/// Whether a plugin is one for an application.
pub const MATCH: &str = "/plugin.ConfigManagementPluginService/MatchRepository";
/// The parameters of an application.
pub const PARAMETERS: &str = "/plugin.ConfigManagementPluginService/GetParametersAnnouncement";
/// The manifests of an application.
pub const GENERATE: &str = "/plugin.ConfigManagementPluginService/GenerateManifest";

/// A message as bytes.
pub fn encoded(message: &impl prost::Message) -> Vec<u8> {
    message.encode_to_vec()
}
