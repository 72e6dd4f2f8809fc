//! What the sandbox costs a render: the built-in Helm plugin as a component, beside the crate `helm` that it is made of,
//! built for this machine.
//!
//! `cargo bench -p tiphys --bench component` renders each chart of the corpus with its own values; `HELM_CORPUS_CHART`
//! narrows it down, and charts that Helm refuses so or that ask for random values are left out. In the sandbox a render is
//! all that a request is: a fresh instance, its settings, the files through the host. Natively it is loading, rendering
//! and the text. One line a chart: its name, and the microseconds natively and in the sandbox, the fastest of some
//! rounds. Both must give the same bytes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a bench")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use helm::context::Timestamp;
use helm::entropy::{Entropy, EntropyError, KeyKind, Mode};
use helm::lookup::NoCluster;
use helm::{Chart, Crds, File, LIMITS, Profile, Release, Render, SchemaValidation, Selection, ValuesSources};
use sandbox::{Call, Capabilities, Capability, Config, Grants, Plugin, Precompiled, Sandbox};

/// How often a chart is rendered; the fastest counts.
const ROUNDS: usize = 5;

const PROFILE: Profile = Profile::V4_3;
const KUBE_VERSION: &str = "v1.33.0";
const RELEASE: &str = "bench";
const NAMESPACE: &str = "default";

fn main() {
    let Some(corpus) = corpus() else {
        println!("THE CORPUS IS ABSENT: expected at ../shared/corpus, nothing was measured");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let plugin = runtime.block_on(load());
    let (mut native, mut wasm) = (Vec::new(), Vec::new());
    for archive in corpus {
        let chart = Unpacked::open(&archive);
        let Some(own) = fastest(|| chart.native()) else { continue };
        let component = fastest(|| runtime.block_on(chart.component(&plugin))).unwrap();
        let name = archive.file_stem().unwrap_or_default().display();
        assert!(own.1 == component.1, "`{name}`: the texts differ");
        let [own, component] = [own.0, component.0].map(|time| time.as_secs_f64() * 1e6);
        println!("{name}\t{own:.0}\t{component:.0}");
        native.push(own);
        wasm.push(component);
    }
    report(native, wasm);
}

/// The archives of charts, sorted.
fn corpus() -> Option<Vec<PathBuf>> {
    #[expect(clippy::disallowed_methods, reason = "benches are narrowed down by the environment")]
    let part = std::env::var("HELM_CORPUS_CHART").unwrap_or_default();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // Further worktrees may lie one level deeper than the first.
    let places = ["../shared/corpus/charts", "../../shared/corpus/charts"];
    let root = places.iter().map(|place| workspace.join(place)).find(|root| root.exists())?;
    let entries = fs_err::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let is_wanted = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".tgz") && name.contains(&part)
    };
    let mut archives: Vec<PathBuf> = entries.filter(is_wanted).collect();
    archives.sort();
    Some(archives)
}

/// The plugin with the machine code that is in the binary.
#[expect(unsafe_code, reason = "the code was made when this was built")]
async fn load() -> Plugin {
    let precompiled = Precompiled {
        component: include_bytes!(concat!(env!("OUT_DIR"), "/helm.wasm")),
        digest: include_str!(concat!(env!("OUT_DIR"), "/helm.digest")).parse().unwrap(),
        code: include_bytes!(concat!(env!("OUT_DIR"), "/helm.code")),
    };
    let wanted = [Capability::Source, Capability::Registry, Capability::Entropy, Capability::Log];
    let grants = wanted.into_iter().collect::<Grants>();
    let sandbox = Sandbox::new(Config::new(1)).unwrap();
    // SAFETY: the build script made it of this component with this version of the sandbox.
    unsafe { sandbox.load_precompiled("helm", precompiled, grants) }.await.unwrap()
}

/// The shortest time of some rounds, and the text; `None` if there is none.
fn fastest(render: impl Fn() -> Option<String>) -> Option<(Duration, String)> {
    let once = |_| {
        let start = Instant::now();
        let text = render()?;
        Some((start.elapsed(), text))
    };
    (0..ROUNDS).map_while(once).min_by_key(|(time, _)| *time)
}

/// The files of a chart, for both sides.
struct Unpacked {
    files: Vec<(String, Vec<u8>)>,
    view: Arc<generate::SourceView>,
    _directory: tempfile::TempDir,
}

impl Unpacked {
    fn open(archive: &Path) -> Self {
        let bytes = fs_err::read(archive).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
        let directory = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let Some((_, path)) = name.split_once('/').filter(|_| entry.header().entry_type().is_file())
            else {
                continue;
            };
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            let place = directory.path().join(path);
            fs_err::create_dir_all(place.parent().unwrap()).unwrap();
            fs_err::write(place, &content).unwrap();
            files.push((path.to_owned(), content));
        }
        let view = Arc::new(generate::open_folder(directory.path(), "").unwrap());
        Self { files, view, _directory: directory }
    }

    fn native(&self) -> Option<String> {
        let files = self.files.iter().map(|(path, content)| File::new(path.as_str(), content));
        let chart = Chart::from_files(PROFILE, ".", files).ok()?;
        let render = Render {
            values: ValuesSources::default(),
            release: Release::new(RELEASE, NAMESPACE),
            capabilities: helm::Capabilities::new(PROFILE, Some(KUBE_VERSION), &[]).unwrap(),
            schema_validation: SchemaValidation::On,
            clock: Rc::new(Timestamp { seconds: 0, nanoseconds: 0 }),
            entropy: Rc::new(NoEntropy),
            lookup: Rc::new(NoCluster),
            limits: LIMITS,
        };
        let selection = Selection { crds: Crds::Include, ..Selection::default() };
        String::from_utf8(render.run(&chart).ok()?.text(&selection).ok()?).ok()
    }

    async fn component(&self, plugin: &Plugin) -> Option<String> {
        let source = Some(Arc::clone(&self.view) as _);
        let call = Call { capabilities: Capabilities { source, ..Capabilities::default() }, ..Call::new() };
        Some(plugin.generate(&request(), call).await.unwrap().answer.unwrap().concat())
    }
}

fn request() -> sandbox::Request {
    let source = sandbox::ApplicationSource {
        repo_url: "https://example.com/apps.git".to_owned(),
        path: ".".to_owned(),
        target_revision: "HEAD".to_owned(),
        chart: None,
    };
    let application = sandbox::Application {
        name: RELEASE.to_owned(),
        namespace: NAMESPACE.to_owned(),
        project: None,
        revision: "0000000000000000000000000000000000000001".to_owned(),
        source,
    };
    let version = sandbox::Parameter {
        name: "helm-version".to_owned(),
        value: sandbox::ParameterValue::Text(PROFILE.to_string()),
    };
    sandbox::Request {
        application,
        parameters: vec![version],
        environment: Vec::new(),
        cluster: sandbox::Cluster { kube_version: KUBE_VERSION.to_owned(), api_versions: Vec::new() },
    }
}

/// Refuses random values, so that charts that want some are left out.
struct NoEntropy;

impl Entropy for NoEntropy {
    fn mode(&self) -> Mode {
        Mode::Random
    }

    fn bytes(&self, label: &str, _: usize) -> Result<Vec<u8>, EntropyError> {
        Err(EntropyError { label: label.to_owned(), reason: "not in a bench".to_owned() })
    }

    fn key(&self, label: &str, _: KeyKind) -> Result<Option<Vec<u8>>, EntropyError> {
        Err(EntropyError { label: label.to_owned(), reason: "not in a bench".to_owned() })
    }
}

fn report(native: Vec<f64>, wasm: Vec<f64>) {
    let ratios = native.iter().zip(&wasm).map(|(native, wasm)| wasm / native).collect();
    println!("{} charts", native.len());
    let [ratios, native, wasm] = [ratios, native, wasm].map(percentiles);
    println!("natively, µs: {}", line(native));
    println!("in the sandbox, µs: {}", line(wasm));
    println!("the sandbox against native, each chart: {}", line(ratios));
    let of_times = std::array::from_fn(|at| wasm[at] / native[at]);
    println!("the sandbox against native, the percentiles of the times: {}", line(of_times));
}

/// Which percentiles are told.
const PERCENTS: [usize; 4] = [10, 50, 90, 99];

fn percentiles(mut values: Vec<f64>) -> [f64; PERCENTS.len()] {
    values.sort_unstable_by(f64::total_cmp);
    PERCENTS.map(|percent| {
        values.get(values.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
    })
}

fn line(values: [f64; PERCENTS.len()]) -> String {
    let parts = PERCENTS.iter().zip(values).map(|(percent, value)| format!("p{percent} {value:.2}"));
    parts.collect::<Vec<_>>().join(", ")
}
