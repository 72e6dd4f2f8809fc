//! The files of the sockets, from the first bind to the last answer.

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::server::{bind, config, start, wait_until};
use cmp_client::{Archive, Upload};
use cmp_client::{CHECK, Check, Connection, GENERATE, Manifests};

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory.join("s")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn each_plugin_has_its_socket_and_an_alias_and_all_go_with_the_server() {
    let mut server = start(|config| config.discovery = Some("tiphys".into()));
    let sockets = ["helm-1.2.3.sock", "helm.sock", "other.sock", "tiphys.sock"];
    assert_eq!(names(server.directory.path()), sockets, "a version that is no file name makes no alias");
    for socket in ["helm", "helm-1.2.3", "other", "tiphys"] {
        Connection::open(&server.socket(socket)).call(CHECK, &[vec![]], "60S").decode::<Check>();
    }
    let metadata = std::fs::symlink_metadata(server.socket("helm")).unwrap();
    assert_eq!((metadata.file_type().is_socket(), metadata.permissions().mode() & 0o777), (true, 0o660));
    server.stop();
    server.join();
    assert_eq!(names(server.directory.path()), [""; 0]);
}

#[test]
fn a_socket_appears_when_it_is_ready() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s/helm.sock");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
                assert_eq!(metadata.permissions().mode() & 0o777, 0o660, "it was there before its time");
            }
        });
        let bound = (0..200).try_for_each(|_| bind(config(directory.path())).map(drop));
        done.store(true, Ordering::Relaxed);
        bound.unwrap();
    });
}

#[test]
fn a_dead_servers_socket_is_replaced_and_a_living_ones_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s/helm.sock");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    drop(UnixListener::bind(&path).unwrap());
    bind(config(directory.path())).unwrap();

    let living = UnixListener::bind(&path).unwrap();
    let error = bind(config(directory.path())).unwrap_err();
    assert_eq!(error.to_string(), format!("another process serves `{}`", path.display()));
    assert!(path.exists(), "it is still the other's");
    drop(living);

    std::fs::remove_file(&path).unwrap();
    fs_err::write(&path, "").unwrap();
    let error = bind(config(directory.path())).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` is in the way of a socket", path.display()));
    assert!(path.exists());
}

#[test]
fn a_socket_that_another_server_took_over_is_left_alone() {
    let mut server = start(|_| {});
    let path = server.socket("helm");
    std::fs::remove_file(&path).unwrap();
    let _other = UnixListener::bind(&path).unwrap();
    server.stop();
    server.join();
    assert_eq!(names(server.directory.path()), ["helm.sock"]);
}

#[test]
fn names_that_are_no_file_names_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let error = |name: &str| {
        let mut config = config(directory.path());
        config.discovery = Some(name.into());
        bind(config).unwrap_err().to_string()
    };
    for name in ["", ".hidden", "a/b"] {
        let text =
            format!("`{name}` can't name a socket: it is empty, starts with a dot or has a slash in it");
        assert_eq!(error(name), text);
    }
    assert_eq!(error("helm"), "two plugins want the socket `helm`: give one of them another name");
    let long = error(&"x".repeat(100));
    assert!(long.contains("more than 107: use a shorter name or directory"), "{long}");
    assert_eq!(names(directory.path()), [""; 0], "those that were bound before are gone");
}

#[test]
fn a_stopping_server_finishes_what_it_began() {
    let mut server = start(|_| {});
    let messages = Upload::new(Archive::new().file("a", "1").tgz()).messages();
    let socket = server.socket("helm");
    let mut connection = Connection::open(&socket);
    connection.call(CHECK, &[vec![]], "60S").decode::<Check>();
    server.stop();
    wait_until(|| !socket.exists(), || "the socket is still there".into());
    let answer = connection.call(GENERATE, &messages, "60S");
    assert_eq!(answer.decode::<Manifests>().manifests, ["a 1"], "the next call of a connected client");
    drop(connection);
    server.join();
}

#[test]
fn a_stopping_server_waits_no_longer_than_it_may() {
    let mut server = start(|config| config.drain = Duration::from_millis(400));
    let messages = Upload::new(Archive::new().file("do", "sleep ").tgz()).messages();
    let mut connection = Connection::open(&server.socket("helm"));
    let stream = connection.submit(GENERATE, &messages, "60S");
    server.wait_for_load(1, 0);
    let stopped = Instant::now();
    server.stop();
    let text = "tiphys is stopping; application `web` with plugin `helm` was interrupted while its manifests were generated";
    assert_eq!(connection.wait(stream).error(), (14, text));
    drop(connection);
    server.join();
    assert!(stopped.elapsed() < Duration::from_secs(3), "{:?}", stopped.elapsed());
}

#[test]
fn a_probe_tells_who_serves() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let health = |path: &Path| runtime.block_on(cmp::check_health(path, Duration::from_millis(500)));
    let server = start(|_| {});
    health(&server.socket("helm")).unwrap();

    let missing = server.socket("missing");
    let error = health(&missing).unwrap_err();
    assert_eq!(error.to_string(), format!("failed to connect to `{}`", missing.display()));

    let silent = server.directory.path().join("silent.sock");
    let _listener = UnixListener::bind(&silent).unwrap();
    let error = health(&silent).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` did not answer within 500.0ms", silent.display()));
}
