//! What processes take: CPU and memory, of a process and all that it started.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Linux counts in hundredths of a second there, whatever its clock does (`proc_pid_stat(5)`).
const TICK: Duration = Duration::from_millis(10);
/// How often memory is looked at.
const PACE: Duration = Duration::from_millis(20);

/// CPU time of process `id` and of its children that have ended.
pub(crate) fn cpu(id: u32) -> Duration {
    let stat = fs_err::read_to_string(format!("/proc/{id}/stat")).unwrap();
    // The name, in parentheses, may contain anything.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u32 = fields[11..15].iter().map(|ticks| ticks.parse::<u32>().unwrap()).sum();
    TICK * ticks
}

/// Memory of process `id` and of what it runs, shared pages divided among those that share them: MiB.
pub(crate) fn memory_mib(id: u32) -> u64 {
    family(id).into_iter().filter_map(proportional_kib).sum::<u64>() >> 10
}

/// None if the process has ended.
fn proportional_kib(id: u32) -> Option<u64> {
    let smaps = fs_err::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let line = smaps.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().trim_end_matches(" kB").trim().parse().ok()
}

fn family(id: u32) -> Vec<u32> {
    let mut family = vec![id];
    let mut at = 0;
    while let Some(parent) = family.get(at).copied() {
        let tasks = fs_err::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        for task in tasks {
            let children = fs_err::read_to_string(task.path().join("children")).unwrap_or_default();
            family.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        at += 1;
    }
    family
}

/// Looks at a process until it is asked.
pub(crate) struct Memory {
    most: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
    looking: JoinHandle<()>,
}

// === impl Memory ===

impl Memory {
    pub(crate) fn watch(id: u32) -> Self {
        let (most, done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let looking = std::thread::spawn({
            let (most, done) = (Arc::clone(&most), Arc::clone(&done));
            move || {
                while !done.load(Ordering::Relaxed) {
                    most.fetch_max(memory_mib(id), Ordering::Relaxed);
                    std::thread::sleep(PACE);
                }
            }
        });
        Self { most, done, looking }
    }

    /// The most that was seen, in MiB.
    pub(crate) fn most_mib(self) -> u64 {
        self.done.store(true, Ordering::Relaxed);
        self.looking.join().unwrap();
        self.most.load(Ordering::Relaxed)
    }
}
