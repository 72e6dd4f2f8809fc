//! A whole artifact in memory: manifest, configuration and layers.

use std::collections::BTreeMap;

use bytes::Bytes;
use cache::Digest;

use crate::Chart;
use crate::error::Problem;
use crate::json;
use crate::manifest::{Descriptor, ImageManifest, Manifest, media};
use crate::metadata::Metadata;

/// An artifact with all its parts.
#[derive(Clone, Debug)]
pub struct Image {
    /// The digest of its manifest.
    pub digest: Digest,
    /// The media type of its manifest.
    pub media_type: String,
    /// Its manifest, byte for byte.
    pub bytes: Bytes,
    /// Its manifest, read.
    pub manifest: ImageManifest,
    /// The configuration and then the layers, in the order of the manifest.
    pub blobs: Vec<Bytes>,
}

// === impl Image ===

impl Image {
    /// The artifact of a configuration and layers, each with its media type.
    pub fn new<'a>(
        config: (&'a str, Bytes),
        layers: Vec<(&'a str, Bytes)>,
        annotations: &BTreeMap<String, String>,
    ) -> Result<Self, Problem> {
        let describe = |(media_type, bytes): &(&'a str, Bytes)| Part {
            media_type,
            digest: Digest::of(bytes).to_string(),
            size: bytes.len(),
        };
        let manifest = Fields {
            schema_version: 2,
            media_type: media::IMAGE_MANIFEST,
            config: describe(&config),
            layers: layers.iter().map(describe).collect(),
            annotations,
        };
        let bytes = Bytes::from(json::to_string(&manifest).map_err(cache::Error::from)?);
        let Manifest::Image(manifest) = Manifest::parse(&bytes, media::IMAGE_MANIFEST)? else {
            return Err(Problem::Protocol("an artifact is no index"));
        };
        Ok(Self {
            digest: Digest::of(&bytes),
            media_type: media::IMAGE_MANIFEST.to_owned(),
            bytes,
            manifest: *manifest,
            blobs: std::iter::once(config.1).chain(layers.into_iter().map(|(_, bytes)| bytes)).collect(),
        })
    }

    /// The artifact of a chart, as Helm pushes it, with the chart's name and version. The same
    /// archive gives the same digest: when it was pushed is not part of it.
    pub fn of_chart(archive: Bytes, provenance: Option<Bytes>) -> Result<(String, String, Self), Problem> {
        let chart = Chart::unpack(&archive, Digest::of(&archive))?;
        let chart_yaml = chart.files.iter().find(|file| file.path == "Chart.yaml");
        let metadata = Metadata::parse(chart_yaml.map(|file| &*file.content).unwrap_or_default())?;
        let config = metadata.to_config().map_err(cache::Error::from)?;
        let mut layers = vec![(media::CHART, archive)];
        layers.extend(provenance.map(|provenance| (media::PROVENANCE, provenance)));
        // Helm sorts by digest.
        layers.sort_by_cached_key(|(_, bytes)| Digest::of(bytes));
        let image = Self::new((media::CHART_CONFIG, config.into()), layers, &metadata.to_annotations())?;
        Ok((chart.name, chart.version, image))
    }

    /// A WebAssembly component in the CNCF layout. `imports` and `exports` are the interfaces of its
    /// world, so that a host can see whether it fits before it fetches it.
    ///
    /// Written here because the crate for it brings a second registry client and two toolkits for
    /// components with it; what it would add is these ten lines.
    pub fn of_component(
        component: Bytes,
        imports: &[String],
        exports: &[String],
        annotations: &BTreeMap<String, String>,
    ) -> Result<Self, Problem> {
        let config = serde_json::json!({
            "created": "1970-01-01T00:00:00Z",
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [Digest::of(&component).to_string()],
            "component": {"imports": imports, "exports": exports, "target": null},
        });
        let config = Bytes::from(config.to_string());
        Self::new((media::WASM_CONFIG, config), vec![(media::WASM, component)], annotations)
    }

    /// The configuration and the layers, each with its content.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&Descriptor, &Bytes)> {
        std::iter::once(&self.manifest.config).chain(&self.manifest.layers).zip(&self.blobs)
    }
}

/// The fields of a manifest in their usual order.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    schema_version: u32,
    media_type: &'a str,
    config: Part<'a>,
    layers: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: &'a BTreeMap<String, String>,
}

/// A configuration or a layer, as its manifest names it.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    media_type: &'a str,
    digest: String,
    size: usize,
}
