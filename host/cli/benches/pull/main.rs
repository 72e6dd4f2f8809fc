//! How long a pull takes beside real Helm's, at one registry on this machine, and what a hundred at once hold in memory.
//!
//! Two comparisons, which must not be mixed: `tiphys chart pull` against `helm pull`, both as processes, and the
//! library as the sidecar uses it against the process that the stock way starts for every chart. Cold is an empty cache
//! (and for the library a client that has never been used), warm is the second pull.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench: what it can't do ends it, and its product is what it prints"
)]

mod crowd;
mod library;
mod process;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use test_registry::{Auth, Authority, Options, Registry, chart};

/// Where Helm may be on the path; the first that is there is measured.
const HELMS: [&str; 3] = ["helm-4.2", "helm", "helm-3.21"];

/// A registry, and the authority of its certificate if it has one.
pub(crate) struct Place {
    pub(crate) registry: Registry,
    pub(crate) authority: Option<Arc<Authority>>,
}

/// What one way of pulling takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) cold: Duration,
    pub(crate) warm: Duration,
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(host) = crowd::asked_for() {
        return println!("{}", runtime.block_on(crowd::pull(&host)));
    }
    let helm = HELMS.into_iter().find(|name| process::is_there(name));
    if helm.is_none() {
        println!("no helm is on the path: there is nothing to compare with");
    }
    for secure in [false, true] {
        let place = runtime.block_on(Place::start(secure));
        let theirs = helm.map(|name| (name, process::helm(name, &place)));
        println!("token authentication over {}:", if secure { "https" } else { "http" });
        if let Some((name, times)) = theirs {
            println!("  {name:24} {times}");
        }
        let theirs = theirs.map(|(_, times)| times);
        report("tiphys chart pull", process::tiphys(&place), theirs);
        report("the library", runtime.block_on(library::pull(&place)), theirs);
    }
    crowd::run(&runtime);
}

/// A line of the table, with how many times faster than Helm that is.
fn report(name: &str, ours: Times, theirs: Option<Times>) {
    let Some(theirs) = theirs else { return println!("  {name:24} {ours}") };
    let times = |theirs: Duration, ours: Duration| theirs.as_secs_f64() / ours.as_secs_f64();
    let (cold, warm) = (times(theirs.cold, ours.cold), times(theirs.warm, ours.warm));
    println!("  {name:24} {ours}   {cold:6.1} times, {warm:6.1} times");
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// `length` bytes that no compressor makes smaller.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

// === impl Place ===

impl Place {
    /// With a chart as large as those of the well-known collections: 40 templates, 120 KiB packed.
    async fn start(secure: bool) -> Self {
        let authority = secure.then(|| Arc::new(Authority::new()));
        let tls = authority.clone().map(|authority| (authority, Vec::new()));
        let auth = Auth::token("user", "canary");
        let registry = Registry::start(Options { auth, tls, ..Options::default() }).await;
        let texts: Vec<String> = (0..40).map(|seed| base64(&noise(2250, seed + 1))).collect();
        let paths: Vec<String> = (0..40).map(|number| format!("templates/{number}.yaml")).collect();
        let files: Vec<(&str, &[u8])> =
            paths.iter().zip(&texts).map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
        registry.push_chart("charts/app", "1.2.3", &chart::archive("app", "1.2.3", &files));
        Self { registry, authority }
    }

    /// `oci://HOST/charts/app`
    pub(crate) fn chart(&self) -> String {
        format!("oci://{}/charts/app", self.registry.host())
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

// === impl Times ===

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cold {:>8.2?}, warm {:>8.2?}", self.cold, self.warm)
    }
}
