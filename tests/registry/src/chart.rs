//! Makes charts.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

/// The archive of a chart with a `Chart.yaml`, a `values.yaml` and `files` (path below the top
/// directory, content).
#[must_use]
pub fn archive(name: &str, version: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let chart_yaml =
        format!("apiVersion: v2\nname: {name}\nversion: {version}\ndescription: A chart for tests\n");
    let mut all: Vec<(&str, &[u8])> =
        vec![("Chart.yaml", chart_yaml.as_bytes()), ("values.yaml", b"replicas: 1\n")];
    all.extend_from_slice(files);
    tar_gz(name, &all)
}

/// A compressed archive of `files` below the directory `root`; a path has 100 bytes at most.
#[must_use]
pub fn tar_gz(root: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_entry_type(tar::EntryType::Regular);
        // As it is: a test may want a name that the library keeps from honest people.
        let path = format!("{root}/{path}");
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        tar.append(&header, *content).expect("memory takes it");
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&tar.into_inner().expect("memory takes it")).expect("memory takes it");
    gzip.finish().expect("memory takes it")
}
