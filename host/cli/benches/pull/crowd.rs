//! A hundred charts at once, in a process of their own, whose memory is theirs alone.

use std::fmt;
use std::process::Command;
use std::time::Instant;

use registry::ChartRequest;
use test_registry::{Auth, Options, Registry, chart};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::{library, noise};

/// The flag with which the bench calls itself.
const FLAG: &str = "--crowd";

/// Charts that are pulled at once.
const CHARTS: usize = 100;

/// What pulling them took.
pub(crate) struct Took {
    time: std::time::Duration,
    before_mib: u64,
    peak_mib: u64,
}

/// The registry to pull from, if this process is the one that pulls.
pub(crate) fn asked_for() -> Option<String> {
    std::env::args().skip_while(|word| word != FLAG).nth(1)
}

/// Starts that process for charts as they are, and for charts that become large.
pub(crate) fn run(runtime: &Runtime) {
    // One byte in sixteen is noise: as text, it packs well, but not so well that it is taken for a bomb.
    let compressible = |number: usize| {
        noise(1 << 20, number as u64 + 1)
            .chunks(32)
            .flat_map(|noise| [noise, &[b'.'; 480]].concat())
            .collect()
    };
    let noisy = |number: usize| noise(2 << 20, number as u64 + 1);
    let kinds = [
        ("of 2 MiB, packed and unpacked", runtime.block_on(registry(noisy))),
        ("that unpack to 16 MiB", runtime.block_on(registry(compressible))),
    ];
    for (name, registry) in kinds {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let output = command.args([FLAG, &registry.host()]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        println!("{CHARTS} charts {name}: {}", String::from_utf8(output.stdout).unwrap().trim());
    }
}

async fn registry(content: impl Fn(usize) -> Vec<u8>) -> Registry {
    let auth = Auth::token("user", "canary");
    let registry = Registry::start(Options { auth, ..Options::default() }).await;
    for number in 0..CHARTS {
        let name = format!("app{number}");
        let content = content(number);
        // No file of a chart has more than 5 MiB.
        let pieces = content.chunks(4 << 20).enumerate();
        let files: Vec<(String, &[u8])> =
            pieces.map(|(piece, bytes)| (format!("files/{piece}"), bytes)).collect();
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect();
        registry.push_chart(&format!("charts/{name}"), "1.2.3", &chart::archive(&name, "1.2.3", &files));
    }
    registry
}

/// Pulls all of them at once.
pub(crate) async fn pull(host: &str) -> Took {
    let folder = tempfile::tempdir().unwrap();
    let client = library::client(host, None, folder.path());
    let (before_mib, start) = (peak_mib(), Instant::now());
    let mut pulls = JoinSet::new();
    for number in 0..CHARTS {
        let client = client.clone();
        let request =
            ChartRequest::parse(&format!("oci://{host}/charts"), &format!("app{number}"), "1.2.3").unwrap();
        pulls.spawn(async move { client.pull_chart(&library::context(), &request).await.map(drop) });
    }
    for pull in pulls.join_all().await {
        pull.unwrap();
    }
    Took { time: start.elapsed(), before_mib, peak_mib: peak_mib() }
}

/// The most memory that this process has had: `VmHWM` of `/proc/self/status`.
fn peak_mib() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() >> 10
}

// === impl Took ===

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.2?}, {} MiB resident at the peak ({} MiB before)",
            self.time, self.peak_mib, self.before_mib
        )
    }
}
