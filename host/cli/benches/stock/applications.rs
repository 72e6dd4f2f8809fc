//! Charts as repo-server streams them.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use cmp_client::{Upload, tgz};
use flate2::read::MultiGzDecoder;

/// Every so many of the corpus, in the order of their names.
const STEP: usize = 4;

/// An application whose directory is a chart.
pub(crate) struct Application {
    pub(crate) name: String,
    archive: Vec<u8>,
}

/// The archives of some charts; none where the corpus is absent.
pub(crate) fn charts() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/charts");
    let mut charts: Vec<PathBuf> =
        fs_err::read_dir(folder).ok()?.map(|entry| entry.unwrap().path()).collect();
    charts.sort();
    Some(charts.into_iter().step_by(STEP).collect())
}

// === impl Application ===

impl Application {
    pub(crate) fn read(chart: &Path) -> Self {
        let mut archive = tar::Archive::new(MultiGzDecoder::new(fs_err::File::open(chart).unwrap()));
        let mut stream = tar::Builder::new(Vec::new());
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().into_owned();
            let below: PathBuf = path.components().skip(1).collect();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            stream.append_data(&mut header, below, &*content).unwrap();
        }
        let name = chart.file_stem().unwrap().to_string_lossy().into_owned();
        Self { name, archive: tgz(&stream.into_inner().unwrap()) }
    }

    /// What a client sends.
    pub(crate) fn messages(&self, release: &str) -> Vec<Vec<u8>> {
        Upload::of(release, self.archive.clone())
            .env("ARGOCD_APP_NAMESPACE", "shop")
            .env("ARGOCD_APP_PROJECT_NAME", "team-shop")
            .env("KUBE_VERSION", "1.33.2")
            .messages()
    }
}
