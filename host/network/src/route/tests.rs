use std::time::Duration;

use super::*;
use crate::{Deadline, HostConfig, Proxies, Request, Unlisted};

fn origin(url: &str) -> Origin {
    Origin::of(&url.parse().unwrap()).unwrap()
}

fn config() -> Config {
    let plain = Transport { plain_http: true, ..Transport::default() };
    let mut config = Config::new("test");
    config.hosts = vec![
        HostConfig::named(Host::Domain("harbor.corp".to_owned()), Some(8443), Transport::default()),
        HostConfig::named(Host::Domain("localhost".to_owned()), Some(5000), plain),
    ];
    config
}

#[track_caller]
fn check(url: &str, approach: Approach<'_>, expect: Result<Reach, &str>) {
    let seen = Route::to(&origin(url), approach, &config()).map(|route| route.reach);
    match (seen, expect) {
        (Ok(seen), Ok(expect)) => assert_eq!(seen, expect, "{url}"),
        (Err(Error::Refused { refusal, .. }), Err(expect)) => {
            assert!(format!("{refusal:?}").starts_with(expect), "{url}: {refusal:?}");
        }
        (seen, expect) => panic!("{url}: {seen:?} instead of {expect:?}"),
    }
}

#[test]
fn what_nobody_named_is_public_https_on_the_usual_port() {
    let direct = Approach::Direct(None);
    check("https://ghcr.io/", direct, Ok(Reach::Public));
    check("http://ghcr.io/", direct, Err("PlainHttp"));
    check("https://ghcr.io:6443/", direct, Err("Port"));
    check("https://10.0.0.1/", direct, Err("Address"));
    for metadata in
        ["169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "[::ffff:a9fe:a9fe]"]
    {
        check(&format!("https://{metadata}/"), direct, Err("Address"));
        check(&format!("https://{metadata}/"), Approach::Redirected, Err("Address"));
    }
}

#[test]
fn what_the_operator_named_may_be_private() {
    let direct = Approach::Direct(None);
    check("https://harbor.corp:8443/", direct, Ok(Reach::Private));
    check("https://harbor.corp:9000/", direct, Err("Port"));
    check("http://localhost:5000/", direct, Ok(Reach::Loopback));
    check("https://harbor.corp:8443/", Approach::Redirected, Ok(Reach::Private));
    let secret = Transport::default();
    check("https://10.0.0.1:5000/", Approach::Direct(Some(&secret)), Ok(Reach::Private));
    check("https://127.0.0.1:5000/", Approach::Direct(Some(&secret)), Ok(Reach::Loopback));
    check("https://169.254.169.254/", Approach::Direct(Some(&secret)), Err("Address"));
}

#[test]
fn roots_are_those_of_a_host_and_carelessness_is_for_a_port() {
    let host = |port, tls| {
        let transport = Transport { tls, ..Transport::default() };
        HostConfig::named(Host::Domain("harbor.corp".to_owned()), Some(port), transport)
    };
    let trust = |hosts: Vec<HostConfig>| {
        let unlisted = Unlisted { reach: Reach::Public, ports: Ports::Any };
        let config = Config { hosts, unlisted, ..config() };
        Route::to(&origin("https://harbor.corp:8444"), Approach::Direct(None), &config).unwrap().trust
    };
    let roots = Tls::Roots(Arc::from(&b"pem"[..]));
    assert_eq!(trust(vec![host(8443, roots)]), Trust::Only(Arc::from(&b"pem"[..])));
    assert_eq!(trust(vec![host(8443, Tls::Unverified)]), Trust::System);
}

#[test]
fn a_proxy_is_not_asked_for_names_of_the_inside() {
    let mut config = config();
    let proxy = ProxyUrl::new("http://user:secret@proxy.corp:3128".parse().unwrap());
    config.proxies = Proxies { https: Some(proxy.clone()), http: None, no_proxy: ".direct.test".to_owned() };
    let to = |url: &str| Route::to(&origin(url), Approach::Direct(None), &config);
    assert_eq!(to("https://ghcr.io").unwrap().proxy, Some(proxy.clone()));
    assert_eq!(to("https://a.direct.test").unwrap().proxy, None);
    assert_eq!(to("https://harbor.corp:8443").unwrap().proxy, Some(proxy));
    for inside in ["https://vault", "https://api.default.svc", "https://metadata.google.internal"] {
        let refused = to(inside);
        assert!(matches!(refused, Err(Error::Refused { refusal: Refusal::InternalName, .. })), "{inside}");
    }
    assert!(!format!("{:?}", config.proxies).contains("secret"));
}

#[test]
fn a_secret_goes_into_requests_for_its_origin_alone() {
    let secret = crate::Authorization::basic(origin("https://a.test"), "user", "canary").unwrap();
    let mut request =
        Request::get("https://a.test.evil/".parse().unwrap(), Deadline::after(Duration::from_secs(1)))
            .unwrap();
    assert!(request.authorize(secret.clone()).is_err());
    assert!(!format!("{secret:?} {request:?}").contains("canary"));
}
