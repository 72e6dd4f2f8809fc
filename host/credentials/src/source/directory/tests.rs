use super::*;
use crate::entry::Login;

fn write(directory: &Path, pairs: &[(&str, &str)]) {
    fs_err::create_dir_all(directory).unwrap();
    for (key, value) in pairs {
        fs_err::write(directory.join(key), value).unwrap();
    }
}

fn labels(contents: &Contents) -> Vec<&str> {
    contents.entries.iter().map(|entry| entry.label.as_str()).collect()
}

#[test]
fn a_directory_per_secret() {
    let root = tempfile::tempdir().unwrap();
    write(&root.path().join("a"), &[("url", "oci://a.corp\n"), ("password", "p")]);
    write(&root.path().join("b"), &[("url", "https://git.corp/x"), ("type", "git"), ("sshPrivateKey", "k")]);
    write(&root.path().join("..2026_11_24"), &[("url", "oci://hidden.corp")]);
    let contents = read(root.path());
    assert_eq!(labels(&contents), ["argocd/a"]);
    assert!(contents.problems.is_empty(), "{:?}", contents.problems);
}

#[test]
fn a_single_mounted_secret() {
    let root = tempfile::tempdir().unwrap();
    let secret = root.path().join("repo-acme");
    write(&secret, &[("url", "oci://a.corp"), ("password", "p")]);
    let contents = read(&secret);
    assert_eq!(labels(&contents), ["argocd/repo-acme"]);
}

/// Rule R31: a broken Secret disables itself, not the rest.
#[test]
fn a_broken_secret_breaks_alone() {
    let root = tempfile::tempdir().unwrap();
    write(&root.path().join("good"), &[("url", "oci://good.corp"), ("password", "p")]);
    write(&root.path().join("flag"), &[("url", "oci://flag.corp"), ("insecure", "maybe")]);
    write(&root.path().join("nowhere"), &[("type", "oci"), ("password", "p")]);
    fs_err::write(root.path().join("good/username"), "u").unwrap();
    write(&root.path().join("binary"), &[("url", "oci://binary.corp")]);
    fs_err::write(root.path().join("binary/password"), [0xff, 0xfe]).unwrap();
    let contents = read(root.path());
    assert_eq!(labels(&contents), ["argocd/flag", "argocd/good"]);
    let [flag, good] = &contents.entries[..] else { panic!("{contents:?}") };
    assert!(matches!(flag.login, Login::Broken(_)));
    assert!(matches!(good.login, Login::Password { .. }));
    let problems: Vec<&str> = contents.problems.iter().map(|problem| problem.label.as_str()).collect();
    assert_eq!(problems, ["argocd/binary", "argocd/nowhere"]);
}

#[test]
fn the_stamp_changes_with_every_file() {
    let root = tempfile::tempdir().unwrap();
    let secret = root.path().join("a");
    write(&secret, &[("url", "oci://a.corp"), ("password", "p")]);
    let first = stamp(root.path());
    assert_eq!(stamp(root.path()), first);
    fs_err::write(secret.join("password"), "longer").unwrap();
    let second = stamp(root.path());
    assert_ne!(second, first);
    write(&root.path().join("b"), &[("url", "oci://b.corp")]);
    let third = stamp(root.path());
    assert_ne!(third, second);
    fs_err::remove_file(secret.join("password")).unwrap();
    assert_ne!(stamp(root.path()), third);
}

/// As the kubelet does it: a new directory, then one rename of the link.
#[test]
fn a_swapped_volume_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
    for (version, password) in [("..1", "aaaa"), ("..2", "bbbb")] {
        write(&root.path().join(version), &[("url", "oci://a.corp"), ("password", password)]);
        for key in ["url", "password"] {
            let file =
                std::fs::File::options().append(true).open(root.path().join(version).join(key)).unwrap();
            file.set_modified(time).unwrap();
        }
    }
    let link = |target: &str| {
        let new = root.path().join("..data_tmp");
        std::os::unix::fs::symlink(target, &new).unwrap();
        fs_err::rename(&new, root.path().join("..data")).unwrap();
    };
    link("..1");
    for key in ["url", "password"] {
        std::os::unix::fs::symlink(format!("..data/{key}"), root.path().join(key)).unwrap();
    }
    let before = stamp(root.path());
    link("..2");
    assert_ne!(stamp(root.path()), before);
    let contents = read(root.path());
    assert!(
        matches!(&contents.entries[0].login, Login::Password { password, .. } if password.expose() == "bbbb")
    );
}

/// Rule R31: what is read was there together. A volume is swapped again and again while it is read.
#[test]
fn a_reading_is_of_one_moment() {
    let root = tempfile::tempdir().unwrap();
    for version in ["..1", "..2"] {
        let pairs = [("url", "oci://a.corp"), ("username", version), ("password", version)];
        write(&root.path().join(version), &pairs);
    }
    let path = root.path().to_owned();
    let link = move |target: &str| {
        std::os::unix::fs::symlink(target, path.join("..data_tmp")).unwrap();
        fs_err::rename(path.join("..data_tmp"), path.join("..data")).unwrap();
    };
    link("..1");
    for key in ["url", "username", "password"] {
        std::os::unix::fs::symlink(format!("..data/{key}"), root.path().join(key)).unwrap();
    }
    let swapping = std::thread::spawn(move || {
        for swap in 0..150 {
            std::thread::sleep(std::time::Duration::from_millis(5));
            link(["..2", "..1"][swap % 2]);
        }
    });
    let mut readings = 0;
    while !swapping.is_finished() {
        let contents = read(root.path());
        let Login::Password { username, password } = &contents.entries[0].login else {
            panic!("{contents:?}")
        };
        assert_eq!(username, password.expose(), "after {readings} readings");
        readings += 1;
    }
    swapping.join().unwrap();
}
