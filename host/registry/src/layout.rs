//! The OCI image layout: artifacts in a directory or a tar archive, for air gaps.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cache::Digest;
use fs_err as fs;
use serde::{Deserialize, Serialize};

use crate::image::Image;
use crate::manifest::{Manifest, ManifestError, media, parse_strict};

/// The annotation with an artifact's name.
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// The content of `oci-layout`.
const MARKER: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;

/// The most bytes of one file of an archive.
const MAX_FILE: u64 = 256 << 20;

/// Artifacts by name.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    images: BTreeMap<String, Image>,
}

/// A layout that can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// The file system refused.
    #[error("the layout can't be read or written")]
    Io(#[from] std::io::Error),
    /// A file that the layout needs.
    #[error("the layout has no `{0}`")]
    Missing(String),
    /// A document that is not accepted.
    #[error("`{file}` is not accepted")]
    Document {
        /// Which file.
        file: String,
        /// Why not.
        source: ManifestError,
    },
    /// Content that is not what its name says.
    #[error("`{0}` is damaged")]
    Damaged(Digest),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IndexFile {
    schema_version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    manifests: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

// === impl Layout ===

impl Layout {
    /// Reads a directory, or a tar archive where `path` is a file.
    pub fn read(path: &Path) -> Result<Self, LayoutError> {
        if path.is_dir() {
            return Self::assemble(&|name| Ok(fs::read(path.join(name)).ok().map(Bytes::from)));
        }
        let files = read_tar(path)?;
        Self::assemble(&|name| Ok(files.get(name).cloned()))
    }

    fn assemble(file: &dyn Fn(&str) -> Result<Option<Bytes>, LayoutError>) -> Result<Self, LayoutError> {
        let need = |name: &str| file(name)?.ok_or_else(|| LayoutError::Missing(name.to_owned()));
        need("oci-layout")?;
        let document = |source| LayoutError::Document { file: "index.json".to_owned(), source };
        let value = parse_strict(&need("index.json")?).map_err(document)?;
        let index: IndexFile = serde_json::from_value(value)
            .map_err(|error| document(ManifestError::Json(error.to_string())))?;
        let blob = |digest: &Digest| {
            let algorithm = digest.to_string().replace(':', "/");
            let bytes = need(&format!("blobs/{algorithm}"))?;
            if digest.matches(&bytes) { Ok(bytes) } else { Err(LayoutError::Damaged(digest.clone())) }
        };
        let mut layout = Self::default();
        for entry in index.manifests {
            let digest: Digest =
                entry.digest.parse().map_err(|_| document(ManifestError::Field("digest")))?;
            let bytes = blob(&digest)?;
            let wrong = |source| LayoutError::Document { file: digest.to_string(), source };
            let manifest = match Manifest::parse(&bytes, &entry.media_type).map_err(wrong)? {
                Manifest::Image(manifest) => *manifest,
                Manifest::Index(_) => continue,
            };
            let parts = std::iter::once(&manifest.config).chain(&manifest.layers);
            let blobs = parts.map(|part| blob(&part.digest)).collect::<Result<_, _>>()?;
            let name = entry.annotations.get(REF_NAME).cloned().unwrap_or_else(|| digest.to_string());
            let image = Image { digest, media_type: entry.media_type, bytes, manifest, blobs };
            layout.images.insert(name, image);
        }
        Ok(layout)
    }

    /// Adds an artifact under a name, such as its reference without `oci://`.
    pub fn insert(&mut self, name: String, image: Image) {
        self.images.insert(name, image);
    }

    /// The artifacts by name.
    #[must_use]
    pub const fn images(&self) -> &BTreeMap<String, Image> {
        &self.images
    }

    /// Writes a directory. What is there already is added to.
    pub fn write_directory(&self, path: &Path) -> Result<(), LayoutError> {
        let mut whole = if path.join("index.json").exists() { Self::read(path)? } else { Self::default() };
        whole.images.extend(self.images.clone());
        for (name, bytes) in whole.files()? {
            let file = path.join(&name);
            fs::create_dir_all(file.parent().unwrap_or(path))?;
            // Whole or not at all; blobs that are there are what they are.
            if !(name.starts_with("blobs/") && file.exists()) {
                let partial = PathBuf::from(format!("{}.partial", file.display()));
                fs::write(&partial, &bytes)?;
                fs::rename(&partial, &file)?;
            }
        }
        Ok(())
    }

    /// Writes a tar archive. The same artifacts give the same bytes.
    pub fn write_tar(&self, path: &Path) -> Result<(), LayoutError> {
        let mut tar = tar::Builder::new(fs::File::create(path)?);
        for (name, bytes) in self.files()? {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, &*bytes)?;
        }
        tar.into_inner()?.sync_all()?;
        Ok(())
    }

    /// All files by path; the index last, so that a partial directory is none.
    fn files(&self) -> Result<Vec<(String, Bytes)>, LayoutError> {
        let mut blobs = BTreeMap::new();
        let mut manifests = Vec::new();
        for (name, image) in &self.images {
            let path = |digest: &Digest| format!("blobs/{}", digest.to_string().replace(':', "/"));
            blobs.insert(path(&image.digest), image.bytes.clone());
            blobs.extend(image.parts().map(|(part, bytes)| (path(&part.digest), bytes.clone())));
            manifests.push(Entry {
                media_type: image.media_type.clone(),
                digest: image.digest.to_string(),
                size: image.bytes.len() as u64,
                annotations: BTreeMap::from([(REF_NAME.to_owned(), name.clone())]),
            });
        }
        let media_type = Some(media::IMAGE_INDEX.to_owned());
        let index = serde_json::to_vec(&IndexFile { schema_version: 2, media_type, manifests });
        let index = index.map_err(std::io::Error::other)?;
        let mut files: Vec<(String, Bytes)> =
            vec![("oci-layout".to_owned(), Bytes::from_static(MARKER.as_bytes()))];
        files.extend(blobs);
        files.push(("index.json".to_owned(), index.into()));
        Ok(files)
    }
}

/// The plain files of an archive, by path.
fn read_tar(path: &Path) -> Result<BTreeMap<String, Bytes>, LayoutError> {
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(fs::File::open(path)?);
    for entry in archive.entries()? {
        let entry = entry?;
        if entry.header().entry_type() == tar::EntryType::Regular {
            let name = entry.path()?.to_string_lossy().trim_start_matches("./").to_owned();
            let mut bytes = Vec::new();
            entry.take(MAX_FILE).read_to_end(&mut bytes)?;
            files.insert(name, bytes.into());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Image {
        let layer = Bytes::from_static(b"\0asm");
        Image::of_component(layer, &["a:b/c".to_owned()], &[], &BTreeMap::new()).unwrap()
    }

    #[test]
    fn directories_and_archives_round_trip() {
        let directory = tempfile::tempdir().unwrap();
        let mut layout = Layout::default();
        layout.insert("ghcr.io/acme/render:1".to_owned(), image());
        let (folder, tar) = (directory.path().join("layout"), directory.path().join("layout.tar"));
        layout.write_directory(&folder).unwrap();
        layout.write_directory(&folder).unwrap();
        layout.write_tar(&tar).unwrap();
        for path in [folder, tar] {
            let read = Layout::read(&path).unwrap();
            let image = &read.images()["ghcr.io/acme/render:1"];
            assert_eq!(image.digest, layout.images()["ghcr.io/acme/render:1"].digest);
            assert_eq!(image.blobs[1], "\0asm");
        }
    }

    #[test]
    fn damage_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let mut layout = Layout::default();
        let image = image();
        let blob = format!("blobs/{}", image.manifest.layers[0].digest.to_string().replace(':', "/"));
        layout.insert("a".to_owned(), image);
        layout.write_directory(directory.path()).unwrap();
        fs::write(directory.path().join(&blob), b"\0bad").unwrap();
        assert!(matches!(Layout::read(directory.path()), Err(LayoutError::Damaged(_))));
        fs::remove_file(directory.path().join(&blob)).unwrap();
        assert!(matches!(Layout::read(directory.path()), Err(LayoutError::Missing(_))));
    }
}
