use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};

use super::*;

/// An archive of entries: path, type, content. The path is written as it is, whatever it is.
fn archive(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (path, kind, content) in entries {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    gzip(&tar.into_inner().unwrap())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const FILE: EntryType = EntryType::Regular;

#[track_caller]
fn refused(archive: &[u8], expect: &str) {
    let error = unpack(archive).expect_err(expect);
    assert!(format!("{error:?}").starts_with(expect), "{error:?} instead of {expect}");
}

#[test]
fn files_without_their_top_directory() {
    let bytes = archive(&[
        ("app/", EntryType::Directory, b""),
        ("app/Chart.yaml", FILE, b"\xef\xbb\xbfname: app"),
        ("app/charts/sub.tgz", FILE, b"\0"),
    ]);
    let (root, files) = unpack(&bytes).unwrap();
    assert_eq!(root, "app");
    let seen: Vec<(&str, &[u8])> = files.iter().map(|file| (&*file.path, &*file.content)).collect();
    assert_eq!(seen, [("Chart.yaml", &b"name: app"[..]), ("charts/sub.tgz", b"\0")]);
}

#[test]
fn paths_that_lead_elsewhere_or_can_be_read_in_two_ways() {
    for path in [
        "/etc/passwd",
        "../app/x",
        "app/../../x",
        "app/./x",
        "app//x",
        "app/..",
        "app\\..\\x",
        "app/a\nb",
        "Chart.yaml",
        "app/c:/x",
        "app/",
    ] {
        refused(&archive(&[(path, FILE, b"x")]), "Path");
    }
    refused(&archive(&[("app/a", FILE, b"1"), ("app/a", FILE, b"2")]), "Path");
    refused(&archive(&[("app/a", FILE, b"1"), ("evil/a", FILE, b"2")]), "TwoRoots");
}

#[test]
fn what_is_no_file() {
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo] {
        refused(&archive(&[("app/x", kind, b"")]), "NotAFile");
    }
}

#[test]
fn bombs() {
    let zeros = vec![0; 4 << 20];
    refused(&archive(&[("app/x", FILE, &zeros), ("app/y", FILE, &zeros)]), "Bomb");
    // Random enough not to be a bomb: too large for one file.
    let noise: Vec<u8> =
        (0_u32..6 << 18).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    refused(&archive(&[("app/x", FILE, &noise)]), "FileTooLarge");
    let names: Vec<String> = (0..=MAX_ENTRIES).map(|number| format!("app/{:x}", number * 7919)).collect();
    let many: Vec<(&str, EntryType, &[u8])> =
        names.iter().map(|name| (name.as_str(), FILE, &b""[..])).collect();
    refused(&archive(&many), "TooManyEntries");
}

#[test]
fn paths_that_are_too_long_or_too_deep() {
    for path in [format!("app/{}", "a/".repeat(MAX_DEPTH) + "x"), format!("app/{}", "x".repeat(256))] {
        let mut tar = Builder::new(Vec::new());
        let mut header = Header::new_gnu();
        header.set_size(0);
        header.set_mode(0o644);
        tar.append_data(&mut header, &path, &b""[..]).unwrap();
        refused(&gzip(&tar.into_inner().unwrap()), "Path");
    }
}

#[test]
fn too_large_in_all() {
    let noise: Vec<u8> =
        (0_u32..1 << 20).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let names: Vec<String> = (0..26).map(|number| format!("app/{number}")).collect();
    let files: Vec<(&str, EntryType, &[u8])> =
        names.iter().map(|name| (name.as_str(), FILE, &noise[..])).collect();
    refused(&archive(&files), "TooLarge");
}

#[test]
fn damage_and_trailing_data() {
    let good = archive(&[("app/Chart.yaml", FILE, b"name: app")]);
    refused(&good[..good.len() - 20], "Unreadable");
    refused(b"no archive", "Unreadable");
    let plain = archive(&[]);
    refused(&plain, "Empty");
    let mut two = good.clone();
    two.extend(gzip(b"something else"));
    refused(&two, "Trailing");
    let mut raw = good;
    raw.extend(b"garbage");
    assert!(unpack(&raw).is_err());
}
