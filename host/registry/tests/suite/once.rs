//! Many want the same: it is fetched once.

use std::time::Duration;

use test_registry::{Options, Registry};

use crate::bench::{Bench, Setup, app, archive, context, host_of};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_requests_are_one_download() {
    let options = Options { latency: Duration::from_millis(20), ..Options::default() };
    let registry = Registry::start(options).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let bench = Bench::of(&registry, None);
    // A second client on the same directory stands for a second process.
    let other = Setup::new(vec![host_of(&registry, None)]).client(bench.directory.path());
    let request = app(&registry, "1.2.3");
    let pulls = (0..200).map(|turn| {
        let client = if turn % 2 == 0 { bench.client.clone() } else { other.clone() };
        let request = request.clone();
        tokio::spawn(async move { client.pull_chart(&context(), &request).await })
    });
    for pull in pulls.collect::<Vec<_>>() {
        assert_eq!(pull.await.unwrap().unwrap().version, "1.2.3");
    }
    assert_eq!(registry.log().len(), 2, "{:?}", registry.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_who_gives_up_is_followed_by_another() {
    let options = Options { latency: Duration::from_millis(100), ..Options::default() };
    let registry = Registry::start(options).await;
    registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
    let bench = Bench::of(&registry, None);
    let request = app(&registry, "1.2.3");
    let (client, wanted) = (bench.client.clone(), request.clone());
    let leader = tokio::spawn(async move { client.pull_chart(&context(), &wanted).await });
    while registry.log().is_empty() {
        tokio::task::yield_now().await;
    }
    leader.abort();
    assert_eq!(bench.client.pull_chart(&context(), &request).await.unwrap().version, "1.2.3");
}
