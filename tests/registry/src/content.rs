//! What a registry holds.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// `sha256:…` of `bytes`.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// Blobs, manifests, tags, uploads and plain files.
#[derive(Default)]
pub struct Content {
    /// Digest → bytes.
    pub blobs: HashMap<String, Bytes>,
    /// (repository, digest) → media type and bytes.
    pub manifests: HashMap<(String, String), (String, Bytes)>,
    /// repository → tag → digest.
    pub tags: HashMap<String, BTreeMap<String, String>>,
    /// Upload → bytes so far.
    pub uploads: HashMap<String, Vec<u8>>,
    /// Path → bytes, for Helm repositories and storage behind redirects.
    pub files: HashMap<String, Bytes>,
}

impl Content {
    /// Adds a blob.
    pub fn blob(&mut self, bytes: &[u8]) -> String {
        let name = digest(bytes);
        self.blobs.insert(name.clone(), Bytes::copy_from_slice(bytes));
        name
    }

    /// Adds a manifest, under a tag if one is given.
    pub fn manifest(
        &mut self,
        repository: &str,
        tag: Option<&str>,
        media_type: &str,
        bytes: &[u8],
    ) -> String {
        let name = digest(bytes);
        let key = (repository.to_owned(), name.clone());
        self.manifests.insert(key, (media_type.to_owned(), Bytes::copy_from_slice(bytes)));
        let tags = self.tags.entry(repository.to_owned()).or_default();
        if let Some(tag) = tag {
            tags.insert(tag.to_owned(), name.clone());
        }
        name
    }

    /// Adds an artifact as Helm pushes one: configuration, one layer, manifest, tag.
    pub fn chart(&mut self, repository: &str, version: &str, archive: &[u8]) -> String {
        let name = repository.rsplit('/').next().unwrap_or(repository);
        let config = json!({"name": name, "version": version, "apiVersion": "v2"}).to_string();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.cncf.helm.config.v1+json",
                "digest": self.blob(config.as_bytes()),
                "size": config.len(),
            },
            "layers": [{
                "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                "digest": self.blob(archive),
                "size": archive.len(),
            }],
            "annotations": {"org.opencontainers.image.title": name, "org.opencontainers.image.version": version},
        });
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        self.manifest(
            repository,
            Some(&version.replace('+', "_")),
            media_type,
            manifest.to_string().as_bytes(),
        )
    }
}
