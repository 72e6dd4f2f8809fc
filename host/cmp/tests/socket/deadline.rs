//! A client hears why before it gives up.

use std::time::{Duration, Instant};

use crate::server::{start, wait_until};
use cmp_client::{Archive, Upload};
use cmp_client::{Connection, GENERATE, MATCH, Manifests};

const DEADLINE_EXCEEDED: u32 = 4;

/// That the text is ours tells that it was in time: at the deadline itself, the transport ends a call
/// with words of its own.
#[track_caller]
fn check_not_early(started: Instant, deadline: Duration) {
    let elapsed = started.elapsed();
    assert!(elapsed > deadline / 2, "too early: {elapsed:?}");
}

#[test]
fn a_plugin_that_takes_too_long_is_named() {
    let server = start(|_| {});
    let upload = Upload::new(Archive::new().file("do", "sleep ").tgz());
    let started = Instant::now();
    let answer = Connection::open(&server.socket("helm")).call(GENERATE, &upload.messages(), "1000000u");
    check_not_early(started, Duration::from_secs(1));
    let text = "the deadline of 900.0ms passed for application `web` with plugin `helm` while its manifests were generated";
    assert_eq!(answer.error(), (DEADLINE_EXCEEDED, text));
    assert_eq!(server.inside.load(std::sync::atomic::Ordering::SeqCst), 0, "the service was told");
    server.wait_for_load(0, 0);
}

#[test]
fn a_client_that_falls_silent_is_told_as_well() {
    let server = start(|_| {});
    let messages = Upload::new(Archive::new().file("a", "1").tgz()).messages();
    let stalled = |messages: &[Vec<u8>]| {
        let started = Instant::now();
        let answer = Connection::open(&server.socket("helm")).stall(MATCH, messages, "800m");
        check_not_early(started, Duration::from_millis(800));
        answer
    };
    let before = "the deadline of 700.0ms passed for";
    assert_eq!(
        stalled(&messages[..1]).error(),
        (
            DEADLINE_EXCEEDED,
            &*format!("{before} application `web` with plugin `helm` while its files were received")
        )
    );
    assert_eq!(
        stalled(&[]).error(),
        (
            DEADLINE_EXCEEDED,
            &*format!(
                "{before} an application without a name with plugin `helm` while its metadata was awaited"
            )
        )
    );
    server.wait_for_load(0, 0);
}

#[test]
fn a_call_that_waits_for_its_turn_is_told_so() {
    let server = start(|config| config.running = 1);
    let sleep = Upload::new(Archive::new().file("do", "sleep ").tgz()).messages();
    let mut first = Connection::open(&server.socket("helm"));
    let stream = first.submit(GENERATE, &sleep, "60S");
    server.wait_for_load(1, 0);
    let quick = Upload::new(Archive::new().file("a", cmp_client::noise(3 << 20, 1)).tgz()).messages();
    let answer = Connection::open(&server.socket("helm")).call(GENERATE, &quick, "500m");
    let (code, text) = answer.error();
    assert_eq!(code, DEADLINE_EXCEEDED);
    assert!(text.ends_with("with plugin `helm` while it waited for its turn"), "{text}");
    first.cancel(stream);
    server.wait_for_load(0, 0);
}

#[test]
fn the_shortest_deadline_still_gets_its_message() {
    let server = start(|_| {});
    let upload = Upload::new(Archive::new().file("do", "sleep ").tgz());
    let answer = Connection::open(&server.socket("helm")).call(GENERATE, &upload.messages(), "100m");
    assert_eq!(answer.error().0, DEADLINE_EXCEEDED);
}

#[test]
fn a_client_without_a_deadline_gets_the_servers() {
    let server = start(|config| config.longest = Duration::from_millis(400));
    let upload = Upload::new(Archive::new().file("do", "sleep ").tgz());
    let answer = Connection::open(&server.socket("helm")).call(GENERATE, &upload.messages(), "");
    assert_eq!(answer.error().0, DEADLINE_EXCEEDED);
}

#[test]
fn a_cancelled_call_frees_its_permit() {
    let server = start(|config| config.running = 1);
    let sleep = Upload::new(Archive::new().file("do", "sleep ").tgz()).messages();
    let idle = || server.inside.load(std::sync::atomic::Ordering::SeqCst) == 0;

    let mut connection = Connection::open(&server.socket("helm"));
    let stream = connection.submit(GENERATE, &sleep, "60S");
    server.wait_for_load(1, 0);
    connection.cancel(stream);
    server.wait_for_load(0, 0);
    wait_until(idle, || "a cancelled call goes on".into());

    Connection::open(&server.socket("helm")).abandon(GENERATE, &sleep);
    let quick = Upload::new(Archive::new().file("a", "1").tgz()).messages();
    let answer = Connection::open(&server.socket("helm")).call(GENERATE, &quick, "10S");
    assert_eq!(answer.decode::<Manifests>().manifests, ["a 1"]);
    wait_until(idle, || "a call goes on whose client hung up".into());
}
