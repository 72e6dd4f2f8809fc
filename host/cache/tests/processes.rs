//! Processes that share a directory, are killed at any moment, or run out of disk.
//!
//! The other processes are this very test binary, told to run one of the ignored tests below; the store is their
//! working directory.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cache::{Config, Digest, RecordKey, Store};

/// How many things are wanted by everybody.
const WANTED: u32 = 60;

fn store(path: &Path) -> Store {
    Store::open(&Config { path: path.to_owned(), size: 1 << 30 }).unwrap()
}

fn blob(number: u32, size: usize) -> Bytes {
    number.to_le_bytes().repeat(size / 4).into()
}

/// Where a process finds that it was spawned by a test. Who runs the ignored tests by hand finds nothing to do.
const SPAWNED: &str = "spawned";

fn is_spawned() -> bool {
    Path::new(SPAWNED).exists()
}

/// Runs the ignored test `name` as a process of its own in `folder`, by way of `shell` commands.
fn spawn(name: &str, folder: &Path, shell: &str) -> Child {
    let own = std::env::current_exe().unwrap();
    fs_err::write(folder.join(SPAWNED), "").unwrap();
    let script = format!("{shell} exec '{}' --ignored --exact {name} --test-threads 1", own.display());
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

#[tokio::test]
#[ignore = "a process of the test of kills: it writes until it is stopped"]
async fn writer() {
    if !is_spawned() {
        return;
    }
    let store = store(Path::new("."));
    for number in 0.. {
        let blob = blob(number, 256 << 10);
        store.put(&Digest::of(&blob), blob).await.unwrap();
        store.set_record(&RecordKey::new("tags", &["t"]), vec![number; 1000]).await.unwrap();
    }
}

#[tokio::test]
async fn a_killed_writer_leaves_whole_things_or_none() {
    let directory = tempfile::tempdir().unwrap();
    for turn in 0..12 {
        let before = store(directory.path()).entries().await.unwrap().len();
        let mut writer = spawn("writer", directory.path(), "");
        wait_for_more_than(before, directory.path()).await;
        // It is writing; each turn it is stopped a little further on.
        tokio::time::sleep(Duration::from_millis(turn * 17)).await;
        writer.kill().unwrap();
        writer.wait().unwrap();
        let store = store(directory.path());
        assert_eq!(store.verify().await.unwrap(), [], "nothing is half");
        if let Some(record) = store.record::<Vec<u32>>(&RecordKey::new("tags", &["t"])).await {
            assert_eq!(record.value.len(), 1000);
        }
        let blob = Bytes::from(format!("after {turn}"));
        store.put(&Digest::of(&blob), blob).await.unwrap();
    }
}

/// Waits until the store in `folder` has more than `count` blobs.
async fn wait_for_more_than(count: usize, folder: &Path) {
    let (store, start) = (store(folder), Instant::now());
    while store.entries().await.unwrap().len() <= count {
        assert!(start.elapsed() < Duration::from_secs(60), "the writer came to write");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
#[ignore = "a process of the test of the full disk"]
async fn greedy_writer() {
    if !is_spawned() {
        return;
    }
    let store = store(Path::new("."));
    let (large, small) = (blob(1, 1 << 20), blob(2, 4 << 10));
    store.put(&Digest::of(&large), large.clone()).await.unwrap_err();
    assert_eq!(store.get(&Digest::of(&large)).await.unwrap(), None);
    store.put(&Digest::of(&small), small).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_leaves_nothing_half() {
    let directory = tempfile::tempdir().unwrap();
    store(directory.path());
    // No file may become larger than 128 KiB: what a write gets then is what a full disk gives.
    let limited = "trap '' XFSZ; ulimit -f 256;";
    assert!(spawn("greedy_writer", directory.path(), limited).wait().unwrap().success());
    let store = store(directory.path());
    assert_eq!(store.verify().await.unwrap(), []);
    assert_eq!(store.entries().await.unwrap().len(), 1);
    assert_eq!(std::fs::read_dir(directory.path().join("v1/tmp")).unwrap().count(), 0, "no scraps");
}

#[tokio::test]
#[ignore = "a process of the test of single flight"]
async fn fetcher() {
    if !is_spawned() {
        return;
    }
    let store = store(Path::new("."));
    for number in 0..WANTED {
        let blob = blob(number, 64 << 10);
        let digest = Digest::of(&blob);
        let until = tokio::time::Instant::now() + Duration::from_secs(60);
        let _lease = store.lease(&digest.to_string(), until).await.unwrap();
        if store.get(&digest).await.unwrap().is_none() {
            let mut log = std::fs::File::options().append(true).create(true).open("fetched").unwrap();
            log.write_all(b"fetched\n").unwrap();
            store.put(&digest, blob).await.unwrap();
        }
    }
}

#[tokio::test]
async fn many_processes_fetch_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut processes: Vec<Child> = (0..4).map(|_| spawn("fetcher", directory.path(), "")).collect();
    assert!(processes.iter_mut().all(|process| process.wait().unwrap().success()));
    let fetched = fs_err::read_to_string(directory.path().join("fetched")).unwrap();
    assert_eq!(fetched.lines().count(), WANTED as usize);
}

#[tokio::test]
#[ignore = "a process of the test of leases: it holds one for ever"]
async fn holder() {
    if !is_spawned() {
        return;
    }
    let until = tokio::time::Instant::now() + Duration::from_secs(60);
    let _lease = store(Path::new(".")).lease("x", until).await.unwrap();
    fs_err::write("held", "").unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
}

#[tokio::test]
async fn a_dead_process_holds_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path());
    let mut holder = spawn("holder", directory.path(), "");
    let start = Instant::now();
    while !directory.path().join("held").exists() {
        assert!(start.elapsed() < Duration::from_secs(30), "the holder came to hold");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let soon = |millis| tokio::time::Instant::now() + Duration::from_millis(millis);
    store.lease("x", soon(50)).await.unwrap_err();
    holder.kill().unwrap();
    holder.wait().unwrap();
    store.lease("x", soon(5000)).await.unwrap();
}
