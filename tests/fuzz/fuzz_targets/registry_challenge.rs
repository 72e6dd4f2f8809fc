//! Challenges: what is read has one meaning, and a token server that it names is the registry's own host, over TLS
//! unless the registry itself is spoken to without (rule R10).
#![no_main]

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use network::{Challenge, Url};
use policy::realm::{self, Trust};
use policy::{Destination, Origin, Transport};

/// The parameters that are read anywhere.
const PARAMETERS: [&str; 4] = ["realm", "service", "scope", "error"];

fuzz_target!(|line: &str| {
    let challenges = read(line);
    for challenge in &challenges {
        let scheme = challenge.scheme();
        assert!(!scheme.is_empty() && scheme == scheme.to_ascii_lowercase(), "{scheme}");
        rewrite(challenge);
        for (registry, plain_http) in
            [("registry.test", false), ("http://registry.test:5000", true), ("http://[::1]:5000", true)]
        {
            let trust = Trust { realms: Vec::new(), plain_http };
            let destination = Destination::parse_prefix(registry).expect("a registry");
            admitted(challenge, destination.origin(), &trust);
        }
    }
});

fn read(line: &str) -> Vec<Challenge> {
    let Ok(value) = HeaderValue::from_str(line) else { return Vec::new() };
    Challenge::all(&HeaderMap::from_iter([(WWW_AUTHENTICATE, value)]))
}

/// Written in the strictest form, it is read as the same.
fn rewrite(challenge: &Challenge) {
    let quote = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
    let parameters = PARAMETERS.into_iter().filter_map(|name| Some((name, challenge.parameter(name)?)));
    let written: Vec<String> =
        parameters.map(|(name, value)| format!("{name}=\"{}\"", quote(value))).collect();
    // A scheme alone may also be read as the end of what is before it.
    if written.is_empty() {
        return;
    }
    let line = format!("{} {}", challenge.scheme(), written.join(", "));
    let again = read(&line);
    let [again] = again.as_slice() else { panic!("`{line}` is {again:?}") };
    assert_eq!(again.scheme(), challenge.scheme());
    for name in PARAMETERS {
        assert_eq!(again.parameter(name), challenge.parameter(name), "{line}");
    }
}

fn admitted(challenge: &Challenge, registry: &Origin, trust: &Trust) {
    let Some(Ok(realm)) = challenge.parameter("realm").map(Url::parse) else { return };
    let Ok(origin) = realm::admit(registry, &realm, trust) else { return };
    assert_eq!(origin.host(), registry.host(), "{realm}");
    assert!(realm.scheme() == "https" || (realm.scheme() == "http" && trust.plain_http), "{realm}");
    assert_eq!(origin.transport() == Transport::Plain, realm.scheme() == "http");
    assert!(realm.username().is_empty() && realm.password().is_none(), "{realm}");
    // The connection is made by what the address says, not by what was admitted.
    let connected = network::Origin::of(&realm).expect("what is admitted can be asked for");
    let host = connected.host().to_string();
    assert_eq!(host.trim_end_matches('.'), registry.host().as_str(), "{realm}");
}
