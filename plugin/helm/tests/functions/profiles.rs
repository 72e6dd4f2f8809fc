//! In what the profiles' functions differ.

use std::rc::Rc;
use std::sync::Arc;

use gotemplate::{Limits, MissingKey, Template, TemplateSet, Value};
use helm::Profile;
use helm::Profile::{V3_16, V3_19, V3_21, V4_1, V4_2, V4_3};
use helm::context::Context;
use helm::entropy::Stable;
use helm::functions;
use helm::lookup::NoCluster;

use super::NOW;

fn evaluate(profile: Profile, expression: &str) -> String {
    let functions = Arc::new(functions::table(profile));
    let template = Template::parse("t", format!("{{{{ {expression} }}}}").as_bytes(), &functions);
    let template = match template {
        Ok(template) => template,
        Err(error) => return error.to_string(),
    };
    let mut set = TemplateSet::new("t").with_missing_key(MissingKey::Zero);
    set.add(&template);
    let entropy = Rc::new(Stable::new(b"key", "application"));
    let mut context = Context::new(profile, Rc::new(NOW), entropy, Rc::new(NoCluster));
    match set.render("t", &Value::Nil, &mut context, &Limits::DEFAULT) {
        Ok(written) => written.to_string(),
        Err(error) => error.to_string(),
    }
}

/// What the profiles say, each list of them with its text.
#[track_caller]
fn check(expression: &str, expected: &[(&[Profile], &str)]) {
    let listed: Vec<_> = expected.iter().flat_map(|(profiles, _)| profiles.iter().copied()).collect();
    assert_eq!(listed, Profile::ALL, "every profile is listed once");
    for (profiles, text) in expected {
        for profile in *profiles {
            assert_eq!(evaluate(*profile, expression), *text, "{profile}");
        }
    }
}

#[track_caller]
fn check_first(function: &str, first: Profile) {
    for profile in Profile::ALL {
        assert_eq!(
            functions::table(profile).contains(function),
            profile >= first,
            "`{function}` in {profile}"
        );
    }
}

#[test]
fn functions_appear() {
    check_first("toYaml", V3_16);
    check_first("toYamlPretty", V3_19);
    check_first("fromToml", V3_19);
    check_first("mustToYaml", V4_1);
    check_first("mustToToml", V4_2);
    check_first("durationSeconds", V4_3);
    for profile in Profile::ALL {
        assert!(
            !functions::table(profile).contains("env") && !functions::table(profile).contains("expandenv")
        );
    }
    assert_eq!(evaluate(V4_2, "mustToDuration 1"), "template: t:1: function \"mustToDuration\" not defined");
}

#[test]
fn toml_floats() {
    let digits = "a = 1000000.0\nb = 0.0000001\nc = 2.0\n";
    let shortest = "a = 1e+06\nb = 1e-07\nc = 2.0\n";
    check(
        "toToml (dict \"a\" 1000000.0 \"b\" 1e-7 \"c\" 2.0)",
        &[(&[V3_16, V3_19], digits), (&[V3_21, V4_1, V4_2, V4_3], shortest)],
    );
}

#[test]
fn prereleases_and_inequality() {
    check(
        "semverCompare \"!=1.2.3\" \"1.2.4-x\"",
        &[(&[V3_16], "true"), (&[V3_19, V3_21, V4_1, V4_2, V4_3], "false")],
    );
    check(
        "semverCompare \">=1.0.0-0 <2\" \"1.5.0-x\"",
        &[(&[V3_16], "false"), (&[V3_19, V3_21, V4_1, V4_2, V4_3], "true")],
    );
}

#[test]
fn words_about_versions() {
    let at = |text: &str| {
        format!("template: t:1:3: executing \"t\" at <semver \"x\">: error calling semver: {text}")
    };
    check(
        "semver \"x\"",
        &[
            (&[V3_16], &at("Invalid Semantic Version")),
            (&[V3_19, V3_21, V4_1, V4_2, V4_3], &at("invalid semantic version")),
        ],
    );
    let at = |text: &str| {
        format!(
            "template: t:1:3: executing \"t\" at <semverCompare \"foo\" \"1\">: error calling semverCompare: {text}"
        )
    };
    // The table is in the order of the profiles: each row is a run of them.
    check(
        "semverCompare \"foo\" \"1\"",
        &[
            (&[V3_16, V3_19], &at("improper constraint: foo")),
            (&[V3_21], &at("improper constraint: \"foo\"")),
            (&[V4_1], &at("improper constraint: foo")),
            (&[V4_2, V4_3], &at("improper constraint: \"foo\"")),
        ],
    );
}
