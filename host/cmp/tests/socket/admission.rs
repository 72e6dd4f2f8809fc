//! More calls than may run.

use crate::server::start;
use cmp_client::{Archive, Upload, noise};
use cmp_client::{CHECK, Check, Connection, GENERATE, Manifests};

const RESOURCE_EXHAUSTED: u32 = 8;

#[test]
fn a_full_queue_turns_calls_away_and_an_end_lets_the_next_one_in() {
    let server = start(|config| (config.running, config.queue) = (1, 1));
    let sleep = Upload::new(Archive::new().file("do", "sleep ").tgz()).messages();
    let quick = Upload::new(Archive::new().file("a", noise(3 << 20, 1)).tgz()).messages();
    let open = || Connection::open(&server.socket("helm"));

    let mut first = open();
    let sleeping = first.submit(GENERATE, &sleep, "60S");
    server.wait_for_load(1, 0);
    let mut second = open();
    let small = Upload::new(Archive::new().file("a", "1").tgz()).messages();
    let waiting = second.submit(GENERATE, &small, "60S");
    server.wait_for_load(1, 1);

    let text = "too busy: 1 calls run and 1 wait, which is all that is allowed; try again later";
    assert_eq!(open().call(GENERATE, &quick, "60S").error(), (RESOURCE_EXHAUSTED, text));
    let check: Check = open().call(CHECK, &[vec![]], "60S").decode();
    assert!(check.is_discovery_configured, "a question about the plugin needs no permit");

    first.cancel(sleeping);
    assert_eq!(second.wait(waiting).decode::<Manifests>().manifests, ["a 1"]);
    server.wait_for_load(0, 0);
}
