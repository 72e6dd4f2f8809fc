//! From a registry that asks for a password to manifests, with every part real: the charts of `examples/charts` are
//! packed and pushed, `tiphys serve` is started with a credential for the registry, and an application goes through
//! its Unix socket as argocd-repo-server would send it.
//!
//! `demo TIPHYS`: the path of the `tiphys` program.

#![expect(clippy::print_stdout, reason = "what it prints is the demo")]

mod charts;
mod screen;
mod sidecar;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use cmp_client::{Archive, Connection, GENERATE, Manifests, Upload};
use test_registry::{Auth, Options, Registry};

use crate::sidecar::Sidecar;

const USER: &str = "robot$shop";
const PASSWORD: &str = "correct horse battery staple";

/// The only file of the application: which chart it wants.
fn chart_source(registry: &str) -> String {
    format!(
        "repoURL: oci://{registry}/charts\nchart: storefront\ntargetRevision: ^1.0.0\nhelm:\n  valuesObject:\n    replicas: 3\n"
    )
}

fn main() -> anyhow::Result<()> {
    let tiphys = std::env::args_os().nth(1).map(PathBuf::from);
    let tiphys = tiphys.context("say which program to start: `demo target/debug/tiphys`")?;
    let runtime = tokio::runtime::Runtime::new()?;
    let folder = tempfile::tempdir().context("failed to make a folder for the demo")?;

    let options = Options { auth: Auth::token(USER, PASSWORD), ..Options::default() };
    let registry = runtime.block_on(Registry::start(options));
    screen::step("a registry that asks for a password", &format!("oci://{}", registry.host()));
    for chart in charts::pack(&registry.host())? {
        registry.push_chart(&format!("charts/{}", chart.name), &chart.version, &chart.archive);
        screen::step("pushed", &format!("oci://{}/charts/{}:{}", registry.host(), chart.name, chart.version));
    }

    let sidecar = Sidecar::start(&tiphys, folder.path(), &registry.host(), (USER, PASSWORD))?;
    let socket = sidecar.socket();
    screen::step("sidecar ready", &format!("{} after {:.0?}", socket.display(), sidecar.ready_after));

    let source = chart_source(&registry.host());
    screen::file("the application is one file, chart-source.yaml", &source);
    let (manifests, cold) = send(&sidecar, &source)?;
    let requests = registry.log();
    registry.forget();
    let (again, warm) = send(&sidecar, &source)?;
    if again != manifests {
        bail!("the second answer is another one than the first");
    }

    screen::manifests(&manifests)?;
    let facts = sidecar.facts()?;
    screen::result(&screen::Result {
        objects: manifests.len(),
        chart: &facts.chart,
        cold,
        warm,
        phases: &facts.phases,
        requests: &requests,
        warm_requests: registry.log().len(),
    });
    screen::next_steps();
    Ok(())
}

/// Sends the application as repo-server does, and how long the answer took.
fn send(sidecar: &Sidecar, source: &str) -> anyhow::Result<(Vec<String>, Duration)> {
    let upload = Upload::of("storefront", Archive::new().file("chart-source.yaml", source).tgz())
        .env("ARGOCD_APP_NAMESPACE", "shop")
        .env("ARGOCD_APP_PROJECT_NAME", "team-shop")
        .env("KUBE_VERSION", "1.33.2");
    let begun = Instant::now();
    let answer = Connection::open(&sidecar.socket()).call(GENERATE, &upload.messages(), "60S");
    let took = begun.elapsed();
    if answer.code != Some(0) {
        bail!("the sidecar answered: {}\n{}", answer.message, sidecar.log());
    }
    Ok((answer.decode::<Manifests>().manifests, took))
}
