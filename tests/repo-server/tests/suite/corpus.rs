//! Real charts through repo-server and `tiphys serve`, against what Helm 4.2 printed for them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use goyaml::{json, v2};
use serde::Deserialize;
use serde_json::Value;

use crate::argo_cd::Programs;
use crate::client::{Application, Client};
use crate::repository;
use crate::tiphys::{binary, serve};

const PROFILE: &str = "helm-4.2";

#[derive(Deserialize)]
struct Case {
    case: String,
    values: Vec<String>,
    api_versions: Vec<String>,
    release: String,
    namespace: String,
    kube_version: String,
    #[serde(default)]
    random: bool,
    profiles: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
struct Expected {
    output: Option<String>,
}

/// How many cases came to what.
#[derive(Debug, Default)]
struct Tally {
    equal: usize,
    different: Vec<String>,
    /// Helm prints what repo-server would not take: no object at all, or one that is none.
    unfit: usize,
}

#[test]
fn charts_render_as_helm_renders_them() {
    let Some(programs) = Programs::or_skip() else { return };
    let (Some(tiphys), Some(corpus)) = (binary(), corpus()) else {
        eprintln!(
            "SKIPPED: `tiphys` is not built or the corpus is not beside the checkout; nothing was tested"
        );
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let sockets = directory.path().join("plugins");
    let _tiphys = serve(&tiphys, &sockets, directory.path());
    let argo_cd = programs.start(directory.path(), &sockets);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = runtime.block_on(async { argo_cd.client() });
    let mut tally = Tally::default();
    for chart in charts(&corpus) {
        let golden = Golden::read(&corpus, &chart);
        let folder = directory.path().join("git").join(&chart);
        let repository = golden.repository(&folder);
        for case in golden.cases.iter().filter(|case| !case.random) {
            runtime.block_on(golden.compare(&client, &repository, &chart, case, &mut tally));
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
    eprintln!("{} cases equal, {} without objects or with documents that are none", tally.equal, tally.unfit);
    assert!(tally.different.is_empty(), "{} differ:\n{}", tally.different.len(), tally.different.join("\n"));
    assert!(tally.equal > 400, "only {} cases were compared", tally.equal);
}

fn corpus() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // Further worktrees may lie one level deeper than the first.
    let places = ["../shared/corpus", "../../shared/corpus"];
    places.iter().map(|place| workspace.join(place)).find(|root| root.exists())
}

fn charts(corpus: &Path) -> Vec<String> {
    let names = fs_err::read_dir(corpus.join("golden")).unwrap().filter_map(|entry| {
        entry.unwrap().file_name().into_string().unwrap().strip_suffix(".tar.zst").map(str::to_owned)
    });
    let mut charts: Vec<String> = names.collect();
    charts.sort();
    charts
}

/// A chart, and what Helm printed for it.
struct Golden {
    recorded: BTreeMap<String, Vec<u8>>,
    archive: BTreeMap<String, Vec<u8>>,
    cases: Vec<Case>,
}

impl Golden {
    fn read(corpus: &Path, chart: &str) -> Self {
        let recorded = fs_err::read(corpus.join(format!("golden/{chart}.tar.zst"))).unwrap();
        let mut decoder = zstd::Decoder::new(Cursor::new(recorded)).unwrap();
        decoder.window_log_max(31).unwrap();
        let recorded = read_tar(decoder);
        let archive = fs_err::read(corpus.join(format!("charts/{chart}.tgz"))).unwrap();
        let archive = read_tar(flate2::read::GzDecoder::new(Cursor::new(archive)));
        let cases = serde_json::from_slice(&recorded["cases.json"]).unwrap();
        Self { recorded, archive, cases }
    }

    /// A git repository with the chart in `chart`, and the values files beside it.
    fn repository(&self, folder: &Path) -> PathBuf {
        let chart = self.archive.iter().map(|(path, content)| {
            let below = path.split_once('/').map_or(&**path, |(_, below)| below);
            (format!("chart/{below}"), content)
        });
        let values = self.recorded.iter().filter(|(path, _)| path.starts_with("values/"));
        let files = chart.chain(values.map(|(path, content)| (path.clone(), content)));
        let files: Vec<(String, &[u8])> = files.map(|(path, content)| (path, &**content)).collect();
        repository::create_bytes(folder, &files)
    }

    async fn compare(&self, client: &Client, repository: &Path, chart: &str, case: &Case, tally: &mut Tally) {
        let Some(output) = &case.profiles[PROFILE].output else { return };
        let text = String::from_utf8_lossy(&self.recorded[&format!("out/{output}.yaml")]).into_owned();
        let Some(expected) = objects(&text).filter(|objects| !objects.is_empty()) else {
            tally.unfit += 1;
            return;
        };
        match client.generate(application(repository, case)).await {
            Ok(found) if found == expected => tally.equal += 1,
            Ok(found) => {
                let other = found.iter().zip(&expected).position(|(found, expected)| found != expected);
                tally.different.push(format!(
                    "{chart} {}: {} objects for {}, the first that differs is {other:?}",
                    case.case,
                    found.len(),
                    expected.len()
                ));
            }
            Err(status) => tally.different.push(format!("{chart} {}: {}", case.case, status.message())),
        }
    }
}

fn application(repository: &Path, case: &Case) -> Application {
    let values: Vec<String> = case.values.iter().map(|file| format!("../values/{file}")).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let versions: Vec<&str> = case.api_versions.iter().map(String::as_str).collect();
    Application::new(repository, "chart")
        .by("helm")
        .parameter("release-name", &case.release)
        .parameter("namespace", &case.namespace)
        .parameter("kube-version", &case.kube_version)
        .array("value-files", &values)
        .array("api-versions", &versions)
}

/// The objects of a text as repo-server takes them; none if something in it is no object.
fn objects(text: &str) -> Option<Vec<Value>> {
    let mut objects = Vec::new();
    let mut documents = vec![String::new()];
    for line in text.lines() {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else if let Some(document) = documents.last_mut() {
            document.push_str(line);
            document.push('\n');
        }
    }
    for document in documents {
        let Some(value) = v2::decode(document.as_bytes()).ok()? else { continue };
        if value == goyaml::Value::Null {
            continue;
        }
        let value: Value = serde_json::from_str(&json::encode(&value, json::Escape::Minimal).ok()?).ok()?;
        flatten(value, &mut objects)?;
    }
    Some(objects)
}

fn flatten(value: Value, objects: &mut Vec<Value>) -> Option<()> {
    let kind = value["kind"].as_str()?;
    match &value["items"] {
        Value::Array(items) if kind.ends_with("List") => {
            items.iter().try_for_each(|item| flatten(item.clone(), objects))
        }
        _ => {
            value["apiVersion"].as_str()?;
            value["metadata"]["name"].as_str().or_else(|| value["metadata"]["generateName"].as_str())?;
            objects.push(value);
            Some(())
        }
    }
}

fn read_tar(from: impl Read) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(from);
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.header().entry_type().is_file() {
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            files.insert(path, content);
        }
    }
    files
}
