//! What a sandbox costs: a fresh instance and an empty call, getting a component ready, memory.
//!
//! `cargo bench -p guests` prints the table.

#![expect(clippy::print_stdout, reason = "the table is the product")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that fails may stop")]

use std::time::{Duration, Instant};

use sandbox::{Call, Config, Grants, Plugin, Precompiled, Sandbox};

const CALLS: usize = 20_000;
const PLUGINS: usize = 10;

#[cfg(target_arch = "x86_64")]
const TARGET: &str = "x86_64-unknown-linux-gnu";
#[cfg(target_arch = "aarch64")]
const TARGET: &str = "aarch64-unknown-linux-gnu";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let before = resident();
        let (sandbox, setup) = timed(|| Sandbox::new(Config::new(16)).unwrap());
        row("sandbox set up", setup);
        let plugin = compile(&sandbox).await;
        calls(&plugin).await;
        side_by_side(&plugin).await;
        drop((plugin, sandbox));
        load_precompiled().await;
        idle(before).await;
    });
}

async fn compile(sandbox: &Sandbox) -> Plugin {
    let plugin = sandbox.load("bench", guests::EMPTY_RESULT, Grants::NONE).await.unwrap();
    row(&format!("compiled, {} KiB", guests::EMPTY_RESULT.len() >> 10), plugin.origin().1);
    plugin
}

/// One call after the other.
async fn calls(plugin: &Plugin) {
    let mut times = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let start = Instant::now();
        plugin.describe(Call::new()).await.unwrap();
        times.push(start.elapsed());
    }
    times.sort();
    row("fresh instance and empty call, p50", times[CALLS / 2]);
    row("fresh instance and empty call, p99", times[CALLS * 99 / 100]);
}

/// Calls of many tasks at once, as many in a second.
async fn side_by_side(plugin: &Plugin) {
    let start = Instant::now();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let plugin = plugin.clone();
            tokio::spawn(async move {
                for _ in 0..CALLS / 8 {
                    plugin.describe(Call::new()).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    row("the same, 8 tasks side by side, each", start.elapsed() / CALLS as u32);
}

#[expect(unsafe_code, reason = "code that was made a line above")]
async fn load_precompiled() {
    let code: &'static [u8] = sandbox::precompile(guests::PROBING, TARGET).unwrap().leak();
    let sandbox = Sandbox::new(Config::new(16)).unwrap();
    let start = Instant::now();
    // SAFETY: `precompile` made it.
    unsafe { sandbox.load_precompiled("bench", Precompiled::of(guests::PROBING, code), Grants::NONE) }
        .await
        .unwrap();
    row(&format!("precompiled loaded and linked, {} KiB", code.len() >> 10), start.elapsed());
}

/// Ten plugins that have been used once and wait.
async fn idle(before: u64) {
    let sandbox = Sandbox::new(Config::new(16)).unwrap();
    let components = [guests::EMPTY_RESULT, guests::CRASH, guests::PROBING, guests::REFUSAL];
    let mut plugins = Vec::new();
    for component in components.into_iter().cycle().take(PLUGINS) {
        let plugin = sandbox.load("bench", component, Grants::NONE).await.unwrap();
        plugin.describe(Call::new()).await.unwrap();
        plugins.push(plugin);
    }
    println!("{:<44} {:>8} MiB", "ten plugins idle, resident", (resident() - before) >> 20);
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

fn row(what: &str, time: Duration) {
    println!("{what:<44} {:>8.1} µs", time.as_secs_f64() * 1e6);
}

fn resident() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or_default() << 10
}
