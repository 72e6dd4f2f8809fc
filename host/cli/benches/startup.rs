//! How long a sidecar takes to be ready, with an empty cache and with its own of the last time, and what it holds in
//! memory while nobody asks: with the built-in plugin alone, and with ten plugins.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench: what it can't do ends it, and its product is what it prints"
)]

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts of each kind.
const ROUNDS: usize = 20;

/// A sidecar that is ready. It ends when it is dropped.
struct Sidecar {
    process: Child,
    ready_after: Duration,
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let first: Vec<Duration> = (0..ROUNDS)
        .map(|round| Sidecar::start(&folder.path().join(format!("first-{round}")), None).ready_after)
        .collect();
    let again: Vec<Duration> =
        (0..ROUNDS).map(|_| Sidecar::start(&folder.path().join("again"), None).ready_after).collect();
    println!("first start, empty cache: p50 {:.1?}, worst {:.1?}", median(&first), worst(&first));
    println!(
        "later starts:             p50 {:.1?}, worst {:.1?}",
        median(&again),
        worst(again.get(1..).unwrap())
    );

    let one = Sidecar::start(&folder.path().join("one"), None);
    println!("idle with one plugin:     {} MiB resident", one.resident_mib());
    let configuration = folder.path().join("tiphys.yaml");
    fs_err::write(&configuration, ten_plugins()).unwrap();
    let ten = Sidecar::start(&folder.path().join("ten"), Some(&configuration));
    println!("idle with ten plugins:    {} MiB resident", ten.resident_mib());
}

fn ten_plugins() -> String {
    let plugin = |number| {
        format!("- name: helm-{number}\n  component: builtin:helm\n  grants: {{registry: [\"oci://**\"]}}\n")
    };
    std::iter::once("plugins:\n".to_owned()).chain((0..10).map(plugin)).collect()
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn worst(times: &[Duration]) -> Duration {
    times.iter().max().copied().unwrap_or_default()
}

// === impl Sidecar ===

impl Sidecar {
    /// Starts one that keeps everything in `folder`, and waits until its first socket takes connections.
    fn start(folder: &Path, configuration: Option<&Path>) -> Self {
        fs_err::create_dir_all(folder).unwrap();
        let sockets = folder.join("plugins");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        command.args(["serve", "--log-level", "error", "--sockets"]).arg(&sockets);
        command.arg("--cache").arg(folder.join("cache")).stdout(Stdio::null());
        if let Some(configuration) = configuration {
            command.arg("--config").arg(configuration);
        }
        let begun = Instant::now();
        let process = command.spawn().unwrap();
        let names = ["helm.sock", "helm-9.sock"];
        while !names.iter().any(|name| UnixStream::connect(sockets.join(name)).is_ok()) {
            assert!(begun.elapsed() < Duration::from_secs(60), "it is not ready after a minute");
            std::thread::sleep(Duration::from_micros(200));
        }
        Self { process, ready_after: begun.elapsed() }
    }

    /// Memory that is not on disk alone: `VmRSS` of `/proc/PID/status`.
    fn resident_mib(&self) -> u64 {
        // What a start leaves to be freed is freed within moments.
        std::thread::sleep(Duration::from_millis(500));
        let status = fs_err::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() >> 10
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
