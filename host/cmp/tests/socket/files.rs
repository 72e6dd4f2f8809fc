//! From the stream of an archive to the files that a plugin sees.

use cmp::Limits;
use tar::EntryType;

use crate::server::start;
use cmp_client::{Archive, Upload, chunk, noise, tgz};
use cmp_client::{Connection, GENERATE, Manifests};

const RESOURCE_EXHAUSTED: u32 = 8;
const INVALID_ARGUMENT: u32 = 3;

#[track_caller]
fn check(archive: Archive, expected: &[&str]) {
    let server = start(|_| {});
    let upload = Upload::new(archive.tgz());
    let answer = Connection::open(&server.socket("helm")).call(GENERATE, &upload.messages(), "60S");
    assert_eq!(answer.decode::<Manifests>().manifests, expected);
}

/// Sends messages that must be refused with `code` and `text`, after all of them were taken.
#[track_caller]
fn check_messages(limits: Limits, messages: &[Vec<u8>], code: u32, text: &str) {
    let server = start(|config| config.limits = limits);
    let mut connection = Connection::open(&server.socket("helm"));
    let answer = connection.call(GENERATE, messages, "60S");
    assert_eq!(answer.error(), (code, text));
    let good = Upload::new(Archive::new().file("a", "1").tgz());
    let answer = connection.call(GENERATE, &good.messages(), "60S");
    assert_eq!(answer.decode::<Manifests>().manifests, ["a 1"], "the same connection goes on");
    server.wait_for_load(0, 0);
}

#[track_caller]
fn check_refused(archive: Archive, text: &str) {
    check_messages(Limits::default(), &Upload::new(archive.tgz()).messages(), INVALID_ARGUMENT, text);
}

/// Refused, although enough of it follows the fault to fill every window on the way.
#[track_caller]
fn check_limited(limits: Limits, archive: Archive, text: &str) {
    let archive = archive.file("zz", noise(4 << 20, 1));
    check_messages(limits, &Upload::new(archive.tgz()).messages(), RESOURCE_EXHAUSTED, text);
}

#[test]
fn files_of_every_kind_arrive() {
    let archive = Archive::new()
        .directory("templates")
        .file("templates/a.yaml", "a")
        .file("empty", "")
        .link("link", "templates/a.yaml")
        .entry(EntryType::Link, "hard", Some("templates/a.yaml"), b"")
        .entry(EntryType::Fifo, "fifo", None, b"")
        .entry(EntryType::Char, "device", None, b"");
    check(archive, &["empty ", "link a", "templates/a.yaml a"]);
}

#[test]
fn gits_own_directory_is_left_out() {
    let archive = Archive::new()
        .directory(".git")
        .file(".git/HEAD", "ref: refs/heads/main")
        .file(".gitignore", "target")
        .file("sub/.git", "gitdir: ../.git/modules/sub");
    check(archive, &[".gitignore target", "sub/.git gitdir: ../.git/modules/sub"]);
}

#[test]
fn long_names_arrive() {
    let long = format!("{}/ü.yaml", "d".repeat(200));
    let archive = Archive::new()
        .pax(&[("path", &long), ("mtime", "1.5")])
        .file("short", "1")
        .pax(&[("linkpath", &long)])
        .link("link", "cut")
        .entry(EntryType::GNULongName, "././@LongLink", None, b"gnu/long\0")
        .file("cut", "2")
        .entry(EntryType::XGlobalHeader, "pax_global_header", None, b"18 comment=abcdef\n")
        .file("after", "3");
    check(archive, &["after 3", &format!("{long} 1"), "gnu/long 2", "link 1"]);
}

#[test]
fn the_size_of_chunks_does_not_matter() {
    let server = start(|_| {});
    let archive = Archive::new().file("a", noise(3 << 20, 7)).file("b", vec![b'b'; 5 << 20]).tgz();
    for chunk in [1024, 1 << 20, 7 << 20] {
        let upload = Upload::new(archive.clone()).chunks_of(chunk);
        let answer = Connection::open(&server.socket("helm")).call(GENERATE, &upload.messages(), "60S");
        assert_eq!(answer.decode::<Manifests>().manifests, ["a 3145728", "b 5242880"], "{chunk}");
    }
}

#[test]
fn a_large_repository_arrives_through_the_temporary_file() {
    let server = start(|config| config.limits.memory = 1 << 20);
    let mut archive = Archive::new();
    for file in 0..66 {
        archive = archive.file(&format!("f{file:02}"), noise(1 << 20, file + 1));
    }
    let upload = Upload::new(archive.tgz()).chunks_of(1 << 20);
    let answer = Connection::open(&server.socket("helm")).call(GENERATE, &upload.messages(), "60S");
    let manifests = answer.decode::<Manifests>().manifests;
    assert_eq!((manifests.len(), manifests[65].as_str()), (66, "f65 1048576"));
}

#[test]
fn a_damaged_archive_is_refused() {
    let archive = || Archive::new().file("a", noise(3 << 20, 3)).tgz();
    let upload = Upload::new(archive()).checksum(&"0".repeat(64));
    let found = Upload::new(archive()).metadata.checksum;
    let text =
        format!("the application's files arrived damaged: checksum `{found}`, expected `{}`", "0".repeat(64));
    check_messages(Limits::default(), &upload.messages(), INVALID_ARGUMENT, &text);
}

#[test]
fn what_is_no_archive_is_refused() {
    let refused = |bytes: Vec<u8>, text: &str| {
        check_messages(Limits::default(), &Upload::new(bytes).messages(), INVALID_ARGUMENT, text);
    };
    let failed = "failed to unpack the application's files after";
    refused(noise(3 << 20, 9), &format!("{failed} 65536 bytes: invalid gzip header"));
    refused(vec![], &format!("{failed} 0 bytes: unexpected end of file"));
    let mut tar = Archive::new().file("a", "1").tar();
    tar[600] ^= 1;
    let tar = tgz(&tar);
    let len = tar.len();
    refused(tar, &format!("{failed} {len} bytes: archive header checksum mismatch"));
}

#[test]
fn streams_out_of_order_are_refused() {
    let messages = Upload::new(Archive::new().file("a", noise(3 << 20, 3)).tgz()).messages();
    let refused = |messages: &[Vec<u8>], text| {
        check_messages(Limits::default(), messages, INVALID_ARGUMENT, text);
    };
    refused(&messages[1..], "the stream's first message is not the metadata");
    refused(&[], "the stream's first message is not the metadata");
    let twice = [&messages[..1], &messages].concat();
    refused(&twice, "a message of the stream is not a piece of the archive");
    let empty = [&messages[..1], &[vec![]], &messages[1..]].concat();
    refused(&empty, "a message of the stream is not a piece of the archive");
    let padded = [&messages[..1], &[chunk(b"")], &messages[1..]].concat();
    let server = start(|_| {});
    let answer = Connection::open(&server.socket("helm")).call(GENERATE, &padded, "60S");
    assert_eq!(answer.code, Some(0), "an empty chunk does no harm: {answer:?}");
}

#[test]
fn paths_that_leave_the_archive_are_refused() {
    let entry = "an entry of the archive can't be unpacked";
    check_refused(
        Archive::new().file("../../etc/cron.d/x", "evil"),
        &format!("{entry}: path `../../etc/cron.d/x` leaves the repository"),
    );
    check_refused(
        Archive::new().file("/etc/cron.d/x", "evil"),
        &format!("{entry}: path `/etc/cron.d/x` is absolute: only paths inside the repository can be used"),
    );
    check_refused(
        Archive::new().pax(&[("path", "../x")]).file("a", "evil"),
        &format!("{entry}: path `../x` leaves the repository"),
    );
    check_refused(
        Archive::new().link("a/secret", "../../../var/run/secrets"),
        &format!(
            "{entry}: symbolic link `a/secret` leads to `../../../var/run/secrets`, which is not inside the repository"
        ),
    );
    check_refused(
        Archive::new().link("dir", "real").file("dir/x", "through the link"),
        &format!("{entry}: `dir/x` can't be below `dir`, which is not a directory"),
    );
    check_refused(
        Archive::new().pax(&[("GNU.sparse.realsize", "1610612736")]).file("sparse", ""),
        "`sparse` is a sparse or oversized file, which can't be unpacked",
    );
}

#[test]
fn an_application_outside_or_nowhere_is_refused() {
    let refused = |path: &str, text: &str| {
        let upload = Upload::new(Archive::new().file("a", noise(3 << 20, 3)).tgz()).path(path);
        check_messages(Limits::default(), &upload.messages(), INVALID_ARGUMENT, text);
    };
    refused("../other", "path `../other` leaves the repository");
    refused("/etc", "path `/etc` is absolute: only paths inside the repository can be used");
    refused("apps/missing", "directory `apps/missing` is not in the repository");
}

#[test]
fn each_limit_is_named_with_its_value() {
    let with = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let exceeded = "the application's files exceed the limit";
    check_limited(
        with(|limits| limits.compressed = 2 << 20),
        Archive::new(),
        &format!("{exceeded} `compressed` of 2097152 bytes"),
    );
    check_limited(
        with(|limits| limits.extracted = 1 << 20),
        Archive::new().file("bomb", vec![0; 64 << 20]),
        &format!("{exceeded} `extracted` of 1048576 bytes"),
    );
    check_limited(
        with(|limits| limits.file = 1000),
        Archive::new().file("a", [0; 1000]).file("b", [0; 1001]),
        &format!("{exceeded} `file` of 1000 bytes at `b`"),
    );
    check_limited(
        with(|limits| limits.entries = 3),
        Archive::new().directory("a").file("b", "").link("c", "b"),
        &format!("{exceeded} `entries` of 3 entries"),
    );
    check_limited(
        with(|limits| limits.path = 20),
        Archive::new().file("twenty-one-characters", ""),
        &format!("{exceeded} `path` of 20 bytes at `twenty-one-characters…`"),
    );
    check_limited(
        with(|limits| limits.path = 20),
        Archive::new().link("link", "twenty-one-characters"),
        &format!("{exceeded} `path` of 20 bytes at `link`"),
    );
}

#[test]
fn a_header_of_a_gigabyte_is_not_read_into_memory() {
    let mut archive = Archive::new().tar();
    archive.truncate(512);
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(EntryType::XHeader);
    header.set_size(1 << 30);
    header.set_cksum();
    archive.extend(header.as_bytes());
    archive.extend(vec![b'0'; 2 << 20]);
    let text = "failed to unpack the application's files after";
    let upload = Upload::new(tgz(&archive));
    let server = start(|_| {});
    let answer = Connection::open(&server.socket("helm")).call(GENERATE, &upload.messages(), "60S");
    let (code, message) = answer.error();
    assert!(code == INVALID_ARGUMENT && message.starts_with(text), "{message}");
    assert!(message.ends_with("a header's extension has more than 1048576 bytes"), "{message}");
}
