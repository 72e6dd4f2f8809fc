//! Programs that end in unexpected ways, and those that end well.

use std::sync::Arc;

use sandbox::{Blame, Call, Fault, Observation, Seen, Subject};

use super::host::{Host, alone, call, capabilities, endure, generate, load, request};

#[test]
pub(crate) fn well_behaved() {
    alone(async {
        let outcome = endure(guests::WELL_BEHAVED).await.unwrap();
        assert_eq!(outcome.answer.unwrap().len(), 3);
        assert!(outcome.usage.memory > 0 && outcome.usage.host_calls == 2, "{:?}", outcome.usage);
        let subject = Subject::Listing { glob: "**".to_owned() };
        assert_eq!(outcome.observations.len(), 1);
        assert_eq!(outcome.observations[0].subject, subject);
    });
}

#[test]
pub(crate) fn crash() {
    alone(async {
        let error = endure(guests::CRASH).await.unwrap_err();
        assert_eq!(error.blame(), Blame::Plugin);
        assert!(error.stderr.contains("no idea what to do with `demo`"), "{}", error.stderr);
        assert!(error.fault.frames().iter().any(|frame| frame == "crash::innermost"), "{error}");
        assert!(error.to_string().starts_with("plugin `program` crashed (wasm trap: "), "{error}");
    });
}

#[test]
pub(crate) fn process_exit() {
    alone(async {
        let error = endure(guests::PROCESS_EXIT).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Exit(1)), "{error}");
        assert_eq!(error.stderr, "good bye\n");
    });
}

#[test]
pub(crate) fn empty_result() {
    alone(async {
        let outcome = endure(guests::EMPTY_RESULT).await.unwrap();
        assert_eq!(outcome.answer.unwrap(), [""; 0]);
    });
}

#[test]
pub(crate) fn invalid_yaml() {
    alone(async {
        let outcome = endure(guests::INVALID_YAML).await.unwrap();
        assert_eq!(outcome.answer.unwrap(), ["apiVersion: v1\nkind: [ConfigMap\n"]);
    });
}

#[test]
pub(crate) fn no_object() {
    alone(async {
        let outcome = endure(guests::NO_OBJECT).await.unwrap();
        assert_eq!(outcome.answer.unwrap(), ["- just\n- a\n- list\n"]);
    });
}

#[test]
pub(crate) fn refusal() {
    alone(async {
        let failure = endure(guests::REFUSAL).await.unwrap().answer.unwrap_err();
        assert_eq!(failure.blame, Blame::Application);
        assert_eq!(failure.message, "file `values.yaml` has no `image`");
        assert_eq!(failure.hint.unwrap(), "image: nginx");
        let location = failure.location.unwrap();
        assert_eq!((location.file.as_str(), location.line, location.column), ("values.yaml", 3, 1));
    });
}

#[test]
pub(crate) fn probing() {
    alone(async {
        let outcome = endure(guests::PROBING).await.unwrap();
        let seen: Vec<_> = outcome.observations.iter().map(|seen| seen.subject.clone()).collect();
        let found = outcome.answer.unwrap();
        let again = generate(guests::PROBING).await.unwrap().answer.unwrap();
        assert_eq!(found, again);
        let expected = [
            "environment: 0",
            "arguments: 0",
            "stdin: 0",
            "root: false",
            "here: false",
            "passwd: false",
            "write: false",
            "connect: false",
            "listen: false",
            "udp: false",
            "names: false",
            "time: 1700000000",
            "elapsed: 0",
        ];
        assert_eq!(found[..expected.len()], expected);
        let label = "wasi:random/random".to_owned();
        assert_eq!(seen, [Subject::Bytes { label, len: 32 }, Subject::Time]);
    });
}

#[test]
pub(crate) fn randomness_is_the_applications_own() {
    alone(async {
        let plugin = load(guests::PROBING).await;
        let mut ungranted = call(Host::default());
        ungranted.capabilities.entropy = None;
        let own = plugin.generate(&request("demo"), ungranted.clone()).await.unwrap().answer.unwrap();
        let again = plugin.generate(&request("demo"), ungranted.clone()).await.unwrap().answer.unwrap();
        let other = plugin.generate(&request("other"), ungranted).await.unwrap().answer.unwrap();
        assert_eq!(own, again);
        assert_ne!(own.last(), other.last());
    });
}

#[test]
pub(crate) fn wasi_http() {
    alone(async {
        let outcome = endure(guests::WASI_HTTP).await.unwrap();
        assert_eq!(outcome.answer.unwrap(), ["did not call"]);
        let plugin = load(guests::WASI_HTTP).await;
        let error = plugin.generate(&request("caller"), call(Host::default())).await.unwrap_err();
        assert!(error.to_string().contains("is not available to plugins"), "{error}");
    });
}

#[test]
pub(crate) fn everything() {
    alone(async {
        let plugin = load(guests::EVERYTHING).await;
        let host = Arc::new(Host::default());
        let everything = Call { capabilities: capabilities(&host), ..call(Host::default()) };
        let outcome = plugin.generate(&request("demo"), everything.clone()).await.unwrap();
        let expected = [
            r#"list ["a.txt", "b.txt"]"#,
            r#"read Some("alpha") None"#,
            "read-all 3",
            r#"resolve ArtifactVersion { version: "oci://example.com/blob:1", digest: "sha256:00" }"#,
            r#"versions ["2.0.0", "1.0.0"]"#,
            "chart chart 1.0.0 sha256:01 1",
            "artifact [98, 108, 111, 98]",
            r#"credential Some("robot")"#,
            r#"response 200 [("content-type", "text/plain")] [111, 107]"#,
            "entropy true [108, 97, 98, 101]",
            "key [1, 2, 3]",
            "lookup []",
        ];
        assert_eq!(outcome.answer.unwrap(), expected);
        assert_eq!(host.sent.lock().unwrap()[0].1.as_deref(), Some("robot"));
        assert_eq!(*host.logged.lock().unwrap(), ["all but done"]);
        observations_hold(&outcome.observations, &everything).await;
    });
}

/// Everything but answers over HTTP can be relied on while the host answers the same.
async fn observations_hold(observations: &[Observation], call: &Call) {
    assert_eq!(observations.len(), 14);
    let mut unreliable = Vec::new();
    for observation in observations {
        if !observation.holds(&call.capabilities).await {
            unreliable.push(observation.subject.clone());
        }
    }
    assert!(matches!(unreliable[..], [Subject::Response { .. }]), "{unreliable:?}");
    let absent = observations.iter().filter(|observation| observation.seen == Seen::Absent);
    assert_eq!(absent.count(), 2);
}

#[test]
pub(crate) fn random_values_never_hold() {
    alone(async {
        let plugin = load(guests::EVERYTHING).await;
        let random = call(Host { random: true, ..Host::default() });
        let outcome = plugin.generate(&request("demo"), random.clone()).await.unwrap();
        for observation in &outcome.observations {
            let is_drawn = matches!(observation.subject, Subject::Bytes { .. } | Subject::Key { .. });
            assert_eq!(is_drawn, observation.seen == Seen::Unrepeatable, "{observation:?}");
        }
    });
}

#[test]
pub(crate) fn describing_needs_no_host() {
    alone(async {
        let plugin = load(guests::EVERYTHING).await;
        let metadata = plugin.describe(Call::new()).await.unwrap().answer.unwrap();
        assert_eq!((metadata.name.as_str(), metadata.version.as_str()), ("everything", "1.0.0"));
        let outcome = plugin.generate(&request("demo"), Call::new()).await.unwrap();
        let failure = outcome.answer.unwrap_err();
        assert_eq!(failure.message, "`registry` is not available in this call");
    });
}
