//! Reads the corpus and renders its cases.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use helm::context::Timestamp;
use helm::entropy::{Entropy, EntropyError, KeyKind, Mode, Stable};
use helm::lookup::NoCluster;
use helm::{
    Capabilities, Chart, Crds, File, LIMITS, LoadError, Release, Render, SchemaValidation, Selection,
    ValuesFile, ValuesSources,
};
use serde::Deserialize;

/// Where the corpus is, and the charts of it that are asked for.
pub(crate) struct Corpus {
    root: PathBuf,
    charts: Vec<String>,
}

/// One case of `cases.json`.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) case: String,
    pub(crate) values: Vec<String>,
    pub(crate) api_versions: Vec<String>,
    pub(crate) release: String,
    pub(crate) namespace: String,
    pub(crate) kube_version: String,
    #[serde(default)]
    pub(crate) random: bool,
    pub(crate) profiles: BTreeMap<String, Expected>,
}

/// What Helm did: printed the output of that number, or refused.
#[derive(Deserialize)]
pub(crate) struct Expected {
    pub(crate) output: Option<String>,
    pub(crate) again: Option<String>,
    pub(crate) error: Option<String>,
}

/// What came of a case.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Equal,
    SameRefusal,
    Different(String),
}

pub(crate) type Loaded = Result<Arc<Chart>, LoadError>;

/// The text, or the words of the refusal.
pub(crate) type Rendered = Result<Vec<u8>, String>;

/// Whether `name` is asked for.
pub(crate) fn wants(what: &str, name: &str) -> bool {
    #[expect(clippy::disallowed_methods, reason = "tests are narrowed down by the environment")]
    let part = std::env::var(format!("HELM_CORPUS_{what}"));
    part.map_or(true, |part| name.contains(&part))
}

impl Corpus {
    pub(crate) fn find() -> Option<Self> {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        // Further worktrees may lie one level deeper than the first.
        let places = ["../shared/corpus", "../../shared/corpus"];
        let root = places.iter().map(|place| workspace.join(place)).find(|root| root.exists())?;
        let mut charts: Vec<String> = std::fs::read_dir(root.join("golden"))
            .ok()?
            .filter_map(|entry| {
                entry.ok()?.file_name().into_string().ok()?.strip_suffix(".tar.zst").map(str::to_owned)
            })
            .filter(|chart| wants("CHART", chart))
            .collect();
        charts.sort();
        Some(Self { root, charts })
    }

    pub(crate) fn charts(&self) -> &[String] {
        &self.charts
    }

    pub(crate) fn golden(&self, chart: &str) -> Golden {
        let recorded = fs_err::read(self.root.join(format!("golden/{chart}.tar.zst"))).unwrap();
        let mut decoder = zstd::Decoder::new(Cursor::new(recorded)).unwrap();
        decoder.window_log_max(31).unwrap();
        let files = read_tar(decoder);
        let archive = fs_err::read(self.root.join(format!("charts/{chart}.tgz"))).unwrap();
        let archive = read_tar(flate2::read::GzDecoder::new(Cursor::new(archive)));
        let cases = serde_json::from_slice(&files["cases.json"]).unwrap();
        Golden { files, archive, cases }
    }
}

fn read_tar(from: impl Read) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(from);
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        files.insert(path, content);
    }
    files
}

/// The recorded results of a chart, and its files.
pub(crate) struct Golden {
    files: BTreeMap<String, Vec<u8>>,
    archive: BTreeMap<String, Vec<u8>>,
    cases: Vec<Case>,
}

impl Golden {
    pub(crate) fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// Where the chart was when Helm was recorded.
    pub(crate) fn directory(&self) -> String {
        let name = self.archive.keys().next().and_then(|path| path.split('/').next()).unwrap_or_default();
        format!("$WORK/chart/{name}")
    }

    pub(crate) fn chart_files(&self) -> Vec<File> {
        let below = |path: &str| path.split_once('/').map(|(_, path)| path.to_owned());
        self.archive.iter().filter_map(|(path, content)| Some(File::new(below(path)?, content))).collect()
    }

    /// A values file.
    pub(crate) fn values(&self, name: &str) -> &[u8] {
        &self.files[&format!("values/{name}")]
    }

    fn output(&self, id: &str) -> &[u8] {
        &self.files[&format!("out/{id}.yaml")]
    }

    pub(crate) fn judge(&self, case: &Case, expected: &Expected, rendered: &Rendered) -> Verdict {
        match (expected, rendered) {
            (Expected { error: Some(error), .. }, Err(text)) => crate::compare::refusals(error, text),
            (Expected { error: Some(error), .. }, Ok(_)) => {
                Verdict::Different(format!("Helm refuses: {error}"))
            }
            (_, Err(text)) => Verdict::Different(format!("refused: {text}")),
            (Expected { output: Some(id), again, .. }, Ok(text)) => {
                let first = self.output(id);
                match again.as_ref().filter(|_| case.random) {
                    _ if text == first => Verdict::Equal,
                    Some(again) => crate::compare::random(text, first, self.output(again)),
                    None => crate::compare::exact(text, first),
                }
            }
            _ => Verdict::Different("the recording has neither output nor error".into()),
        }
    }
}

/// Renders a case of a loaded chart, in stable mode.
pub(crate) fn render(golden: &Golden, case: &Case, chart: &Loaded) -> Rendered {
    let capabilities = |profile| Capabilities::new(profile, Some(&case.kube_version), &case.api_versions);
    let chart = chart.as_ref().map_err(ToString::to_string)?;
    let file = |name: &String| ValuesFile {
        path: format!("$WORK/values/{name}"),
        content: golden.values(name).to_vec(),
    };
    let render = Render {
        values: ValuesSources { files: case.values.iter().map(file).collect(), ..ValuesSources::default() },
        release: Release::new(&case.release, &case.namespace),
        capabilities: capabilities(chart.profile()).map_err(|error| error.to_string())?,
        schema_validation: SchemaValidation::On,
        clock: Rc::new(Timestamp { seconds: 1_700_000_000, nanoseconds: 0 }),
        entropy: Rc::new(prepared_keys(&case.case)),
        lookup: Rc::new(NoCluster),
        limits: LIMITS,
    };
    let output = render.run(chart).map_err(|error| error.to_string())?;
    let selection = Selection { crds: Crds::Include, ..Selection::default() };
    output.text(&selection).map_err(|error| error.to_string())
}

/// Stable entropy for an application, with keys at hand.
pub(crate) fn prepared_keys(application: &str) -> impl Entropy + 'static {
    PreparedKeys(Stable::new(b"corpus", application))
}

/// Stable entropy that has one key of each kind at hand, as making them takes most of the time.
struct PreparedKeys(Stable);

impl Entropy for PreparedKeys {
    fn mode(&self) -> Mode {
        self.0.mode()
    }

    fn bytes(&self, label: &str, len: usize) -> Result<Vec<u8>, EntropyError> {
        self.0.bytes(label, len)
    }

    fn key(&self, _label: &str, kind: KeyKind) -> Result<Option<Vec<u8>>, EntropyError> {
        use rsa::pkcs8::EncodePrivateKey;
        static SMALL: OnceLock<Vec<u8>> = OnceLock::new();
        let make = || {
            let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
            key.to_pkcs8_der().unwrap().as_bytes().to_vec()
        };
        Ok(matches!(kind, KeyKind::Rsa(_)).then(|| SMALL.get_or_init(make).clone()))
    }
}
