//! What is shown.

use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::Context as _;

/// What came of the demo.
pub(crate) struct Result<'a> {
    pub(crate) objects: usize,
    /// Name, version and digest.
    pub(crate) chart: &'a str,
    /// The first request.
    pub(crate) cold: Duration,
    /// The second one.
    pub(crate) warm: Duration,
    pub(crate) phases: &'a [(&'static str, u64)],
    /// What the registry was asked by the first request.
    pub(crate) requests: &'a [String],
    /// How much by the second one.
    pub(crate) warm_requests: usize,
}

/// One thing that happened.
pub(crate) fn step(what: &str, detail: &str) {
    println!("{} {what}: {detail}", paint("32", "✓"));
}

/// A file with a title.
pub(crate) fn file(title: &str, text: &str) {
    println!("\n{}", paint("1", title));
    text.lines().for_each(|line| println!("    {line}"));
}

/// The manifests as YAML.
pub(crate) fn manifests(manifests: &[String]) -> anyhow::Result<()> {
    println!("\n{}", paint("1", "its manifests"));
    for manifest in manifests {
        let value = goyaml::v2::decode(manifest.as_bytes())?.unwrap_or(goyaml::Value::Null);
        let yaml = goyaml::sigs::encode(&value).context("a manifest can be YAML")?;
        println!("---\n{}", yaml.trim_end());
    }
    Ok(())
}

/// Digest and timings.
pub(crate) fn result(result: &Result<'_>) {
    println!("\n{}", paint("1", "what happened"));
    println!("    rendered     {}", result.chart);
    println!("    objects      {}", result.objects);
    println!("    first time   {:.1?}, {} requests to the registry", result.cold, result.requests.len());
    for (phase, millis) in result.phases {
        println!("                 {phase}: {millis} ms");
    }
    for request in result.requests {
        println!("                 {request}");
    }
    println!("    second time  {:.1?}, {} requests", result.warm, result.warm_requests);
}

/// What to try next.
pub(crate) fn next_steps() {
    println!("\n{}", paint("1", "what to try next"));
    for (command, what) in [
        ("target/debug/tiphys render examples/charts/session-store", "a chart without a cluster"),
        ("target/debug/tiphys serve --help", "the sidecar; README.md has its container"),
        ("target/debug/tiphys schema", "all that tiphys.yaml may say"),
        ("make test", "every test"),
    ] {
        println!("    {command:<58} {what}");
    }
}

fn paint(color: &str, text: &str) -> String {
    if std::io::stdout().is_terminal() { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
}
