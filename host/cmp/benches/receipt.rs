//! What it costs to receive an application: a stream of 10 MiB in chunks of 1 KiB, from the client's
//! connection to its answer, against SHA-256 and untar of the same bytes in memory.

#[path = "../tests/socket/server.rs"]
#[expect(clippy::unwrap_used, clippy::panic, dead_code, reason = "shared with the tests")]
mod server;

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use cmp_client::{Archive, Connection, MATCH, Repository, Upload, noise, tgz};
use sha2::{Digest as _, Sha256};

const STREAM: usize = 10 << 20;
const ROUNDS: usize = 15;

fn main() {
    let server = server::start(|_| {});
    let socket = server.socket("helm");
    report("noise, as in git's packs", &socket, &packed());
    report("text, as in charts", &socket, &text());
}

#[expect(clippy::print_stdout, reason = "stdout is the product of a bench")]
fn report(content: &str, socket: &Path, tgz: &[u8]) {
    let upload = Upload::new(tgz.to_vec()).messages();
    let plain = median(|| plain(tgz));
    let received = median(|| receive(socket, &upload));
    let ratio = received.as_secs_f64() / plain.as_secs_f64();
    let mib = tgz.len() >> 20;
    println!("receipt of {mib} MiB ({content}): {received:.1?}, plain {plain:.1?}, ratio {ratio:.2}");
}

fn receive(socket: &Path, messages: &[Vec<u8>]) {
    let answer = Connection::open(socket).call(MATCH, messages, "60S");
    assert!(!answer.decode::<Repository>().is_supported);
}

fn plain(tgz: &[u8]) {
    std::hint::black_box(Sha256::digest(tgz));
    let mut archive = tar::Archive::new(flate2::bufread::MultiGzDecoder::new(tgz));
    for entry in archive.entries().into_iter().flatten().flatten() {
        let mut content = Vec::with_capacity(usize::try_from(entry.size()).unwrap_or_default());
        let mut entry = entry;
        assert!(entry.read_to_end(&mut content).is_ok());
        std::hint::black_box(content);
    }
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}

/// Files that don't compress.
fn packed() -> Vec<u8> {
    let files = 40;
    let add = |archive: Archive, file: u64| archive.file(&format!("f{file}"), noise(STREAM / 40, file + 1));
    (0..files).fold(Archive::new(), add).tgz()
}

/// Files of words, about four times the size of the stream.
fn text() -> Vec<u8> {
    let words = ["name", "image", "replicas", "- port", "{{ .Values.", "include", "\n    ", ": ", "spec"];
    let mut file = 0;
    let mut archive = Archive::new();
    let mut size = 0;
    while size < STREAM {
        let picks = noise(8 << 10, file + 1);
        let pick = |byte: &u8| words.get(usize::from(*byte) % words.len()).copied().unwrap_or_default();
        let content: String = picks.iter().map(pick).chain([" "]).collect();
        size += tgz(content.as_bytes()).len();
        archive = archive.file(&format!("templates/{file}.yaml"), content);
        file += 1;
    }
    archive.tgz()
}
