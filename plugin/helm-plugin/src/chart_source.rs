//! `chart-source.yaml`: the block that users already write under `spec.source` of an Application.

use goyaml::{json, v2};
use sdk::Failure;
use serde::Deserialize;
use serde_json::Value;

/// The name of the file in the application's directory.
pub(crate) const FILE: &str = "chart-source.yaml";

/// What Argo CD calls an application source, as far as it concerns Helm.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ChartSource {
    #[serde(rename = "repoURL")]
    pub(crate) repo_url: String,
    pub(crate) chart: String,
    pub(crate) target_revision: String,
    pub(crate) helm: Helm,
    pub(crate) values_from: Vec<ValuesFrom>,
}

/// Argo CD's own `helm` block.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Helm {
    pub(crate) release_name: String,
    pub(crate) value_files: Vec<String>,
    pub(crate) ignore_missing_value_files: bool,
    pub(crate) values: String,
    pub(crate) values_object: Option<Value>,
    pub(crate) parameters: Vec<HelmParameter>,
    pub(crate) file_parameters: Vec<FileParameter>,
    /// The name of a helm binary in old Argo CD versions; a profile's name here.
    pub(crate) version: String,
    /// The host finds credentials; there is nothing to pass.
    #[serde(rename = "passCredentials")]
    pub(crate) _pass_credentials: bool,
    pub(crate) skip_crds: bool,
    pub(crate) skip_tests: bool,
    pub(crate) skip_schema_validation: bool,
    pub(crate) namespace: String,
    pub(crate) kube_version: String,
    pub(crate) api_versions: Vec<String>,
}

/// A value that is set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct HelmParameter {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) force_string: bool,
}

/// A value that is the content of a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FileParameter {
    pub(crate) name: String,
    pub(crate) path: String,
}

/// Values files from an artifact in a registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ValuesFrom {
    /// `oci://REGISTRY/PATH`, or a Helm repository if `chart` is set.
    #[serde(rename = "repoURL")]
    pub(crate) repo_url: String,
    /// The chart whose files they are.
    #[serde(default)]
    pub(crate) chart: String,
    /// A version, a tag, a digest or a range.
    #[serde(default)]
    pub(crate) target_revision: String,
    /// Paths in it; later ones win.
    pub(crate) paths: Vec<String>,
}

impl ChartSource {
    /// The block in the application's directory, if there is one.
    pub(crate) fn read() -> Result<Option<Self>, Failure> {
        sdk::source::read(FILE)?.map(|bytes| Self::parse(&bytes)).transpose()
    }

    fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let wrong = |line: u32, reason: String| {
            Failure::application(format!("`{FILE}` can't be read: {reason}"))
                .with_hint("it holds what an Application has under `spec.source`: `repoURL`, `chart`, `targetRevision`, `helm`")
                .at(FILE, line, 0)
        };
        let line =
            |error: &goyaml::Error| error.line().and_then(|line| u32::try_from(line).ok()).unwrap_or(1);
        let value = v2::decode(bytes).map_err(|error| wrong(line(&error), error.to_string()))?;
        let Some(value) = value else { return Ok(Self::default()) };
        let text =
            json::encode(&value, json::Escape::Minimal).map_err(|error| wrong(1, error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| wrong(1, without_place(&error.to_string())))
    }
}

/// serde_json's places are those of the JSON text, which nobody wrote.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(message, _)| message).to_owned()
}
