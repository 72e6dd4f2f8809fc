//! What each call answers.

use crate::server::{Running, start};
use cmp_client::{
    Announcements, CHECK, Check, Connection, GENERATE, MATCH, Manifests, PARAMETERS, Repository,
};
use cmp_client::{Archive, Upload};

fn generate(connection: &mut Connection, upload: &Upload) -> Vec<String> {
    connection.call(GENERATE, &upload.messages(), "60S").decode::<Manifests>().manifests
}

#[test]
fn the_request_is_what_argo_cd_says_of_the_application() {
    let server = start(|_| {});
    let upload = Upload::new(Archive::new().file("apps/web/do", "echo ").tgz())
        .path("apps/web")
        .env("ARGOCD_APP_PROJECT_NAME", "team-a")
        .env("ARGOCD_ENV_ZONE", "b")
        .env("ARGOCD_APP_PARAMETERS", r#"[{"name":"helm-version","string":"4.2"}]"#);
    let answer = generate(&mut Connection::open(&server.socket("helm")), &upload).remove(0);
    for part in [
        r#"Plugin("helm")"#,
        r#"name: "web""#,
        r#"project: Some("team-a")"#,
        r#"environment: [("ZONE", "b")]"#,
        r#"Parameter { name: "helm-version", value: ParameterValue::Text("4.2") }"#,
    ] {
        assert!(answer.contains(part), "{part} is not in {answer}");
    }
}

#[test]
fn discovery_asks_the_service() {
    let server = start(|_| {});
    let mut connection = Connection::open(&server.socket("helm"));
    for (name, supported) in [("Chart.yaml", true), ("other.yaml", false)] {
        let upload = Upload::new(Archive::new().file(name, "").tgz());
        let answer: Repository = connection.call(MATCH, &upload.messages(), "60S").decode();
        assert_eq!(answer, Repository { is_supported: supported, is_discovery_enabled: true }, "{name}");
    }
}

#[test]
fn every_form_of_parameter_is_announced() {
    let server = start(|_| {});
    let upload = Upload::new(Archive::new().file("a", "").tgz());
    let mut connection = Connection::open(&server.socket("helm"));
    let answer: Announcements = connection.call(PARAMETERS, &upload.messages(), "60S").decode();
    let forms: Vec<_> = answer.announcements.iter().map(|one| one.collection_type.as_str()).collect();
    assert_eq!(forms, ["string", "array", "map"]);
    assert!(answer.announcements[0].required && !answer.announcements[1].required);
    assert_eq!(
        (answer.announcements[1].array[0].as_str(), answer.announcements[2].map["k"].as_str()),
        ("a", "v")
    );
}

#[test]
fn only_who_is_asked_takes_part_in_discovery() {
    let configured = |server: &Running, name| {
        let mut connection = Connection::open(&server.socket(name));
        connection.call(CHECK, &[vec![]], "60S").decode::<Check>().is_discovery_configured
    };
    let alone = start(|_| {});
    assert!(configured(&alone, "helm"), "the plugin has discovery");
    assert!(!configured(&alone, "other"), "the plugin has none");
    assert!(!configured(&alone, "helm-1.2.3"), "an alias is there for those who name it");

    let dispatched = start(|config| config.discovery = Some("tiphys".into()));
    assert!(configured(&dispatched, "tiphys"));
    assert!(!configured(&dispatched, "helm"), "the discovery socket asks for all");
    let upload = Upload::new(Archive::new().file("do", "echo ").tgz());
    let answer = generate(&mut Connection::open(&dispatched.socket("tiphys")), &upload).remove(0);
    assert!(answer.starts_with("Discovery "), "{answer}");
}

#[test]
fn an_error_arrives_whole() {
    let server = start(|_| {});
    let mut connection = Connection::open(&server.socket("helm"));
    let mut fail = |text: &str| {
        let upload = Upload::new(Archive::new().file("do", format!("fail {text}")).file("z", "z").tgz());
        let answer = connection.call(GENERATE, &upload.messages(), "60S");
        let (code, message) = answer.error();
        assert_eq!(code, 3);
        message.to_owned()
    };
    assert_eq!(
        fail("50 % of `ünknown`\n\tand \"quotes\""),
        "50 % of `ünknown`\n\tand \"quotes\"\n  blame: application"
    );
    let long = fail(&format!("start{}", "x".repeat(100_000)));
    assert!(long.len() <= 4096 && long.starts_with("startx") && long.ends_with("x\n  blame: application"));
}

#[test]
fn many_calls_at_once_are_all_answered() {
    let server = start(|config| config.running = 3);
    let socket = server.socket("helm");
    std::thread::scope(|scope| {
        for client in 0..50 {
            let socket = &socket;
            scope.spawn(move || {
                let content = format!("content of {client}");
                let upload = Upload::new(Archive::new().file("a", &content).tgz());
                let answer = generate(&mut Connection::open(socket), &upload);
                assert_eq!(answer, [format!("a {content}")]);
            });
        }
    });
    server.wait_for_load(0, 0);
}

#[test]
fn operators_find_health_version_and_reflection() {
    let server = start(|_| {});
    let mut connection = Connection::open(&server.socket("helm"));
    let serving = connection.call("/grpc.health.v1.Health/Check", &[vec![]], "60S");
    assert_eq!((serving.code, &serving.body[5..]), (Some(0), &[8, 1][..]), "`status: SERVING`");
    let version = connection.call("/version.VersionService/Version", &[vec![]], "60S");
    let text = String::from_utf8_lossy(&version.body).into_owned();
    assert!(version.code == Some(0) && text.contains("tiphys v"), "{version:?}");
    for reflection in ["v1", "v1alpha"] {
        // `file_containing_symbol`, which the stock server can't answer.
        let symbol = b"plugin.ConfigManagementPluginService";
        let query = [&[34, u8::try_from(symbol.len()).unwrap()][..], symbol].concat();
        let method = format!("/grpc.reflection.{reflection}.ServerReflection/ServerReflectionInfo");
        let answer = connection.call(&method, &[query], "60S");
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(text.contains("AppStreamRequest"), "{reflection}: {answer:?}");
    }
}

#[test]
fn a_longer_message_than_the_operator_allows_is_refused() {
    let tgz = Archive::new().file("do", "list").tgz();
    let upload = Upload::new(tgz).env("LONG", &"x".repeat(3 << 10));
    let call = |server: &Running| {
        Connection::open(&server.socket("helm")).call(GENERATE, &upload.messages(), "60S").code
    };
    assert_eq!(call(&start(|_| {})), Some(0));
    assert_eq!(call(&start(|config| config.max_message = 2 << 10)), Some(11), "out of range");
}
