//! What an artifact consists of: the image manifest and the image index, read strictly.
//!
//! Go programs read JSON case-insensitively and take the last of two equal keys; others do not. A
//! document that two readers could understand differently is refused (rules R20 and R21), so that
//! what was verified is what is used.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cache::Digest;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Media types of manifests.
pub mod media {
    /// An OCI image manifest.
    pub const IMAGE_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    /// An OCI image index.
    pub const IMAGE_INDEX: &str = "application/vnd.oci.image.index.v1+json";
    /// Docker's manifest, second version.
    pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    /// Docker's manifest list.
    pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
    /// The configuration of a chart: its `Chart.yaml` as JSON.
    pub const CHART_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
    /// The archive of a chart.
    pub const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    /// The archive of a chart, as Helm's first experiments wrote it.
    pub const CHART_LEGACY: &str = "application/tar+gzip";
    /// The provenance file of a chart.
    pub const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
    /// The configuration of a WebAssembly artifact in the CNCF layout.
    pub const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";
    /// A WebAssembly component or module.
    pub const WASM: &str = "application/wasm";
    /// A WebAssembly module, as written before the CNCF layout; read, never written.
    pub const WASM_LEGACY: &str = "application/vnd.wasm.content.layer.v1+wasm";

    /// What a request for a manifest accepts.
    pub(crate) const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, \
        application/vnd.oci.image.index.v1+json, \
        application/vnd.docker.distribution.manifest.v2+json, \
        application/vnd.docker.distribution.manifest.list.v2+json";
}

/// The most layers of an artifact.
const MAX_LAYERS: usize = 10;

/// The most manifests of an index.
const MAX_MANIFESTS: usize = 100;

/// The most bytes of annotations, keys and values together.
const MAX_ANNOTATIONS: usize = 64 << 10;

/// The depth to which documents may nest.
const MAX_DEPTH: usize = 32;

/// A reference to content: what it is, and its digest and size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Its media type.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// The type of artifact, in indexes of referrers.
    pub artifact_type: Option<String>,
    /// The platform's operating system and architecture, in indexes of images.
    pub platform: Option<(String, String)>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

/// An image manifest: one artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageManifest {
    /// The type of artifact, where it is told.
    pub artifact_type: Option<String>,
    /// The configuration.
    pub config: Descriptor,
    /// The layers; at most ten.
    pub layers: Vec<Descriptor>,
    /// The artifact that this one is about, such as the one that it is a signature of.
    pub subject: Option<Descriptor>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

/// A document at `/manifests/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// One artifact.
    Image(Box<ImageManifest>),
    /// A choice of several.
    Index(Vec<Descriptor>),
}

/// A manifest that is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON, two equal keys, too deep, or something after its end.
    #[error("it is not strict JSON: {0}")]
    Json(String),
    /// A key that differs from a known one by case alone.
    #[error("key `{0}` is spelled in another case than the specification's")]
    Case(String),
    /// A field that is missing or of the wrong form.
    #[error("`{0}` is missing or has the wrong form")]
    Field(&'static str),
    /// Image manifest and index at the same time, or neither.
    #[error("it is not clearly an image manifest or an index")]
    Ambiguous,
    /// Not the media type that the server or the descriptor gave.
    #[error("it says it is `{inside}`, but was announced as `{outside}`")]
    MediaType {
        /// In the document.
        inside: String,
        /// In the header or the descriptor.
        outside: String,
    },
    /// More of something than is accepted.
    #[error("it has more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// Fields whose meaning must not depend on the reader.
const FIELDS: [&str; 12] = [
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "manifests",
    "subject",
    "annotations",
    "digest",
    "size",
    "urls",
    "platform",
];

// === impl Manifest ===

impl Manifest {
    /// Reads a manifest that was announced as `media_type`.
    pub fn parse(bytes: &[u8], media_type: &str) -> Result<Self, ManifestError> {
        let document = parse_strict(bytes)?;
        if document.get("schemaVersion").and_then(Value::as_u64) != Some(2) {
            return Err(ManifestError::Field("schemaVersion"));
        }
        let outside = media_type.split(';').next().unwrap_or_default().trim();
        let inside =
            document.get("mediaType").map(|value| value.as_str().ok_or(ManifestError::Field("mediaType")));
        let inside = inside.transpose()?.unwrap_or(outside);
        if inside != outside {
            return Err(ManifestError::MediaType { inside: printable(inside), outside: printable(outside) });
        }
        let has = |name: &str| document.get(name).is_some();
        match (inside, has("manifests"), has("layers") || has("config")) {
            (media::IMAGE_MANIFEST | media::DOCKER_MANIFEST, false, true) => {
                image(&document).map(|image| Self::Image(Box::new(image)))
            }
            (media::IMAGE_INDEX | media::DOCKER_LIST, true, false) => index(&document).map(Self::Index),
            _ => Err(ManifestError::Ambiguous),
        }
    }
}

fn image(document: &Value) -> Result<ImageManifest, ManifestError> {
    let config = document.get("config").ok_or(ManifestError::Field("config"))?;
    Ok(ImageManifest {
        artifact_type: text(document, "artifactType")?,
        config: descriptor(config)?,
        layers: descriptors(document, "layers", MAX_LAYERS)?,
        subject: subject(document)?,
        annotations: annotations(document)?,
    })
}

fn index(document: &Value) -> Result<Vec<Descriptor>, ManifestError> {
    // What is not used must still have the form that other readers expect.
    annotations(document)?;
    subject(document)?;
    descriptors(document, "manifests", MAX_MANIFESTS)
}

fn subject(document: &Value) -> Result<Option<Descriptor>, ManifestError> {
    document.get("subject").filter(|subject| !subject.is_null()).map(descriptor).transpose()
}

fn descriptors(document: &Value, name: &'static str, limit: usize) -> Result<Vec<Descriptor>, ManifestError> {
    let list = document.get(name).and_then(Value::as_array).ok_or(ManifestError::Field(name))?;
    if list.len() > limit {
        return Err(ManifestError::TooMany { what: name, limit });
    }
    list.iter().map(descriptor).collect()
}

/// `urls` are not read: content comes from the repository or not at all (rule R11).
fn descriptor(value: &Value) -> Result<Descriptor, ManifestError> {
    let digest = value.get("digest").and_then(Value::as_str).and_then(|digest| digest.parse().ok());
    let platform = value.get("platform").and_then(|platform| {
        let part = |name| platform.get(name)?.as_str().map(str::to_owned);
        Some((part("os")?, part("architecture")?))
    });
    Ok(Descriptor {
        media_type: text(value, "mediaType")?.ok_or(ManifestError::Field("mediaType"))?,
        digest: digest.ok_or(ManifestError::Field("digest"))?,
        size: value.get("size").and_then(Value::as_u64).ok_or(ManifestError::Field("size"))?,
        artifact_type: text(value, "artifactType")?,
        platform,
        annotations: annotations(value)?,
    })
}

fn text(value: &Value, name: &'static str) -> Result<Option<String>, ManifestError> {
    match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ManifestError::Field(name)),
    }
}

fn annotations(value: &Value) -> Result<BTreeMap<String, String>, ManifestError> {
    let wrong = ManifestError::Field("annotations");
    let map = match value.get("annotations") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(map) => map.as_object().ok_or_else(|| wrong.clone())?,
    };
    let size: usize = map.iter().map(|(key, value)| key.len() + value.as_str().map_or(0, str::len)).sum();
    if size > MAX_ANNOTATIONS {
        return Err(ManifestError::TooMany { what: "bytes of annotations", limit: MAX_ANNOTATIONS });
    }
    let entry = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    map.iter().map(entry).collect::<Option<_>>().ok_or(wrong)
}

/// Text from outside without control characters, cut to a length that a line can bear.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .take(300)
        .collect()
}

/// Reads JSON in which no key occurs twice and none differs from a known one by case alone.
pub(crate) fn parse_strict(bytes: &[u8]) -> Result<Value, ManifestError> {
    let json = |error: serde_json::Error| ManifestError::Json(printable(&error.to_string()));
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let Strict(value) = Strict::deserialize(&mut deserializer).map_err(json)?;
    deserializer.end().map_err(json)?;
    check_keys(&value, 0)?;
    Ok(value)
}

fn check_keys(value: &Value, depth: usize) -> Result<(), ManifestError> {
    if depth > MAX_DEPTH {
        return Err(ManifestError::TooMany { what: "levels", limit: MAX_DEPTH });
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| check_keys(item, depth + 1)),
        Value::Object(entries) => entries.iter().try_for_each(|(key, value)| {
            if FIELDS.iter().any(|field| fold(field).eq(fold(key)) && field != key) {
                return Err(ManifestError::Case(printable(key)));
            }
            // Annotations are the author's: their keys mean what they say.
            if key == "annotations" { Ok(()) } else { check_keys(value, depth + 1) }
        }),
        _ => Ok(()),
    }
}

/// A key as Go compares it: `ſ` is an `s`, and the sign of kelvin a `k`, whatever their case.
fn fold(key: &str) -> impl Iterator<Item = char> {
    key.chars().map(|letter| match letter {
        'ſ' => 's',
        '\u{212a}' => 'k',
        letter => letter.to_ascii_lowercase(),
    })
}

/// A JSON value without duplicate keys.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut seen = BTreeSet::new();
        let mut map = serde_json::Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if !seen.insert(key.clone()) {
                return Err(serde::de::Error::custom(format!("key `{key}` occurs twice")));
            }
            map.insert(key, value);
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests;
