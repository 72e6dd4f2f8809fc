//! Against the stock way: `argocd-cmp-server` that runs `helm template` for each request, through the same client, with
//! the same streams.
//!
//! Needs `argocd` (or `ARGOCD`) and `helm-4.2` on PATH, and the corpus; without one of them it says so, and measures
//! what it can. Every request has another release name, so nothing is answered from memory, except where a row says
//! that the application is unchanged.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench: what it can't do ends it, and its product is what it prints"
)]

mod applications;
mod cost;
mod render;
mod server;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use applications::Application;
use cmp_client::{Connection, GENERATE, MATCH, Manifests};
use cost::Memory;
use server::Server;

/// Requests for each application, one at a time.
const ROUNDS: usize = 5;
/// Requests for each application that is unchanged.
const REPEATS: usize = 15;
/// How many there are at once in the other series.
const AT_ONCE: usize = 8;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    render::measure(folder.path());
    let Some(charts) = applications::charts() else {
        println!("THE CORPUS IS ABSENT: expected at ../shared/corpus, requests were not measured");
        return;
    };
    let mut applications: Vec<Application> = charts.iter().map(|chart| Application::read(chart)).collect();
    let ours = Server::tiphys(&folder.path().join("tiphys"));
    let stock = peer("argocd", "ARGOCD").zip(peer("helm-4.2", "HELM"));
    let stock = stock.map(|(argocd, helm)| Server::stock(&folder.path().join("stock"), &argocd, &helm));
    if stock.is_none() {
        println!("`argocd` or `helm-4.2` is not on PATH: nothing is compared");
    }
    applications.retain(|application| is_comparable(application, &ours, stock.as_ref()));
    println!("{} charts, {ROUNDS} requests each", applications.len());

    let own = Series::of("tiphys", &ours, &applications);
    if let Some(stock) = &stock {
        let theirs = Series::of("argocd-cmp-server and helm template", stock, &applications);
        for (what, theirs, own) in
            [("one at a time", &theirs.alone, &own.alone), ("8 at once", &theirs.together, &own.together)]
        {
            let ratio =
                |percent| quantile(theirs, percent).as_secs_f64() / quantile(own, percent).as_secs_f64();
            println!(
                "stock / tiphys, {what}: p50 {:.1}×, p90 {:.1}×, p99 {:.1}×",
                ratio(50),
                ratio(90),
                ratio(99)
            );
        }
    }
    unchanged(&ours, &applications);
}

/// The program that `variable` names, or the one called `name` on PATH.
#[expect(clippy::disallowed_methods, reason = "where programs are is said by the environment")]
fn peer(name: &str, variable: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    std::env::var_os(variable).map(PathBuf::from).or(on_path)
}

/// Whether all render the application, to as many objects. What Helm refuses, or renders to nothing, has no time to be
/// compared.
fn is_comparable(application: &Application, ours: &Server, stock: Option<&Server>) -> bool {
    let own = objects(application, ours);
    let Some(theirs) = stock.map(|stock| objects(application, stock)) else { return own > 0 };
    assert!(theirs == 0 || own == theirs, "{}: {own} objects for {theirs}", application.name);
    theirs > 0
}

/// How many there are; none of what is refused.
fn objects(application: &Application, server: &Server) -> usize {
    let answer = Connection::open(server.socket()).call(GENERATE, &application.messages("same"), "60S");
    if answer.code == Some(0) { answer.decode::<Manifests>().manifests.len() } else { 0 }
}

/// How long the requests took.
struct Series {
    alone: Vec<Duration>,
    together: Vec<Duration>,
}

// === impl Series ===

impl Series {
    fn of(who: &str, server: &Server, applications: &[Application]) -> Self {
        println!("{who}");
        println!("  idle:          {} MiB (PSS) at first, {} now", server.idle_mib, server.memory_mib());
        let before = server.cpu();
        let alone = series(server, applications, 1);
        let requests = u32::try_from(alone.len()).unwrap();
        let each = (server.cpu() - before) / requests;
        println!("  one at a time: {}, {each:.1?} of CPU each", row(&alone));
        let memory = Memory::watch(server.id());
        let together = series(server, applications, AT_ONCE);
        println!("  {AT_ONCE} at once:     {}, {} MiB (PSS) at most", row(&together), memory.most_mib());
        Self { alone, together }
    }
}

/// All requests, by as many clients.
fn series(server: &Server, applications: &[Application], clients: usize) -> Vec<Duration> {
    let next = AtomicUsize::new(0);
    let client = || {
        let mut times = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(application) = applications.get(at / ROUNDS) else { return times };
            times.push(generate(server, application, &format!("release-{clients}-{at}")));
        }
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        running.into_iter().flat_map(|running| running.join().unwrap()).collect()
    })
}

fn generate(server: &Server, application: &Application, release: &str) -> Duration {
    let messages = application.messages(release);
    let begun = Instant::now();
    let answer = Connection::open(server.socket()).call(GENERATE, &messages, "60S");
    let took = begun.elapsed();
    assert_eq!(answer.code, Some(0), "{}: {}", application.name, answer.message);
    took
}

/// What an application costs that is the same as before, against the receipt of its stream: by the same client to
/// the same server, which only looks whether it is for this plugin.
fn unchanged(server: &Server, applications: &[Application]) {
    let mut ratios: Vec<f64> = Vec::new();
    let (mut answered, mut received) = (Vec::new(), Vec::new());
    for application in applications {
        let messages = application.messages("unchanged");
        let call = |method| {
            let begun = Instant::now();
            let answer = Connection::open(server.socket()).call(method, &messages, "60S");
            assert_eq!(answer.code, Some(0), "{}: {}", application.name, answer.message);
            begun.elapsed()
        };
        call(GENERATE);
        let (own, bare): (Vec<_>, Vec<_>) = (0..REPEATS).map(|_| (call(GENERATE), call(MATCH))).unzip();
        ratios.push(quantile(&own, 50).as_secs_f64() / quantile(&bare, 50).as_secs_f64());
        answered.extend(own);
        received.extend(bare);
    }
    ratios.sort_unstable_by(f64::total_cmp);
    println!("unchanged applications");
    println!("  answer:        {}", row(&answered));
    println!("  receipt alone: {}", row(&received));
    println!(
        "  answer / receipt of a chart: p50 {:.2}×, worst {:.2}×",
        ratios[ratios.len() / 2],
        ratios[ratios.len() - 1]
    );
}

fn row(times: &[Duration]) -> String {
    let at = |percent| quantile(times, percent);
    format!("p50 {:.1?}, p90 {:.1?}, p99 {:.1?}", at(50), at(90), at(99))
}

fn quantile(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100]
}
