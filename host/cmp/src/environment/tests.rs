use generate::ParameterValue;

use super::*;

fn entries(pairs: &[(&str, &str)]) -> Vec<EnvEntry> {
    pairs.iter().map(|(name, value)| EnvEntry { name: (*name).into(), value: (*value).into() }).collect()
}

#[test]
fn argo_cds_variables_become_a_request() {
    let request = request(entries(&[
        ("ARGOCD_APP_NAME", "team_web"),
        ("ARGOCD_APP_NAMESPACE", "shop"),
        ("ARGOCD_APP_PROJECT_NAME", "team-a"),
        ("ARGOCD_APP_REVISION", "0123456789abcdef"),
        ("ARGOCD_APP_REVISION_SHORT", "0123456"),
        ("ARGOCD_APP_SOURCE_REPO_URL", "https://git.example.com/apps.git"),
        ("ARGOCD_APP_SOURCE_PATH", "apps/web"),
        ("ARGOCD_APP_SOURCE_TARGET_REVISION", "main"),
        ("KUBE_VERSION", "1.33.2"),
        ("KUBE_API_VERSIONS", "v1,apps/v1,apps/v1/Deployment"),
        ("ARGOCD_ENV_ZONE", "b"),
        ("ARGOCD_ENV_EMPTY", ""),
        ("ARGOCD_ENV_ZONE", "c"),
        ("ARGOCD_APP_PARAMETERS", "null"),
        ("PARAM_X", "ignored"),
        ("ARGOCD_GIT_ASKPASS_NONCE", "secret"),
        ("", "nameless"),
    ]))
    .unwrap();
    let expected = Request {
        application: Application {
            name: "team_web".into(),
            namespace: "shop".into(),
            project: Some("team-a".into()),
            revision: "0123456789abcdef".into(),
            source: ApplicationSource {
                repo_url: "https://git.example.com/apps.git".into(),
                path: "apps/web".into(),
                target_revision: "main".into(),
                chart: None,
            },
        },
        parameters: vec![],
        environment: vec![("EMPTY".into(), String::new()), ("ZONE".into(), "c".into())],
        cluster: Cluster {
            kube_version: "1.33.2".into(),
            api_versions: vec!["v1".into(), "apps/v1".into(), "apps/v1/Deployment".into()],
        },
    };
    assert_eq!(format!("{request:?}"), format!("{expected:?}"));
}

#[test]
fn no_variables_are_an_application_without_a_project() {
    let request = request(vec![]).unwrap();
    assert_eq!((&*request.application.name, request.application.project), ("", None));
    assert_eq!((&*request.cluster.kube_version, request.cluster.api_versions.len()), ("", 0));
}

#[test]
fn a_user_variable_cant_pose_as_argo_cds() {
    let user = ("ARGOCD_ENV_ARGOCD_APP_PROJECT_NAME", "other");
    let request = request(entries(&[("ARGOCD_APP_PROJECT_NAME", "mine"), user])).unwrap();
    assert_eq!(request.application.project.as_deref(), Some("mine"));
    assert_eq!(request.environment, [("ARGOCD_APP_PROJECT_NAME".into(), "other".into())]);
}

/// Rule R2: a user's variables are prefixed, so that they lend nothing.
#[test]
fn a_ticket_is_argo_cds() {
    let (socket, nonce) = (("ARGOCD_ASK_PASS_SOCK", "/tmp/ask.sock"), ("ARGOCD_GIT_ASKPASS_NONCE", "canary"));
    let ticket = ticket(&entries(&[socket, nonce])).unwrap();
    assert_eq!((ticket.socket.to_str(), ticket.nonce()), (Some("/tmp/ask.sock"), "canary"));
    assert!(!format!("{ticket:?}").contains("canary"));
    let user = ("ARGOCD_ENV_ARGOCD_GIT_ASKPASS_NONCE", "mine");
    for none in [&[socket][..], &[nonce], &[socket, user], &[socket, ("ARGOCD_GIT_ASKPASS_NONCE", "")]] {
        assert!(super::ticket(&entries(none)).is_none(), "{none:?}");
    }
    let request = format!("{:?}", request(entries(&[socket, nonce])).unwrap());
    assert!(!request.contains("canary") && !request.contains("ask.sock"), "{request}");
}

#[test]
fn two_projects_are_refused() {
    let twice = [("ARGOCD_APP_PROJECT_NAME", "a"), ("ARGOCD_APP_PROJECT_NAME", "b")];
    let error = request(entries(&twice)).unwrap_err();
    assert_eq!(error.to_string(), "variable `ARGOCD_APP_PROJECT_NAME` was sent twice with different values");
    assert!(request(entries(&[twice[0], twice[0]])).is_ok());
}

#[track_caller]
fn check_parameters(text: &str, expected: &[(&str, ParameterValue)]) {
    let parameters = request(entries(&[(PARAMETERS, text)])).unwrap().parameters;
    let pairs: Vec<_> = parameters.iter().map(|p| (p.name.as_str(), p.value.clone())).collect();
    assert_eq!(format!("{pairs:?}"), format!("{expected:?}"), "{text}");
}

#[test]
fn parameters_keep_their_form_and_order() {
    for none in ["", "null", "[]"] {
        check_parameters(none, &[]);
    }
    check_parameters(
        r#"[{"name":"z","string":""},{"array":[],"name":"a"},{"map":{"k2":"<\u0026>","k1":""},"name":"m"}]"#,
        &[
            ("z", ParameterValue::Text(String::new())),
            ("a", ParameterValue::Items(vec![])),
            ("m", ParameterValue::Entries(vec![("k1".into(), String::new()), ("k2".into(), "<&>".into())])),
        ],
    );
}

#[track_caller]
fn check_refused(text: &str, expected: &str) {
    let error = request(entries(&[(PARAMETERS, text)])).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn parameters_without_a_single_value_are_refused() {
    check_refused(
        r#"[{"name":"x"}]"#,
        "parameter `x` has no value: give it a `string`, an `array` or a `map`",
    );
    check_refused(
        r#"[{"name":"x","string":"","array":[]}]"#,
        "parameter `x` has more than one of `string`, `array` and `map`: keep one",
    );
    check_refused("{", "failed to read `ARGOCD_APP_PARAMETERS`");
}
