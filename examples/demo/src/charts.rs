//! The charts of `examples/charts`, packed.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use fs_err as fs;

/// Where the examples say that their dependencies are.
const WRITTEN: &str = "localhost:5000";

/// A chart that is ready to be pushed.
pub(crate) struct Packed {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) archive: Vec<u8>,
}

/// All charts, whose dependencies are at `registry`.
pub(crate) fn pack(registry: &str) -> anyhow::Result<Vec<Packed>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../charts");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(&root)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    folders.sort();
    folders.iter().map(|folder| pack_one(folder, registry)).collect()
}

fn pack_one(folder: &Path, registry: &str) -> anyhow::Result<Packed> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    let metadata =
        files.iter_mut().find(|(path, _)| path == "Chart.yaml").context("a chart has a Chart.yaml")?;
    let text = String::from_utf8(metadata.1.clone())?.replace(WRITTEN, registry);
    metadata.1.clone_from(&text.clone().into_bytes());
    let (name, version) = (field(&text, "name")?, field(&text, "version")?);
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(path, content)| (&**path, &**content)).collect();
    let archive = test_registry::chart::tar_gz(&name, &borrowed);
    Ok(Packed { name, version, archive })
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

/// A field of a `Chart.yaml` that is on a line of its own.
fn field(text: &str, name: &str) -> anyhow::Result<String> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    lines.next().map(|value| value.trim().to_owned()).with_context(|| format!("a chart has a `{name}`"))
}
