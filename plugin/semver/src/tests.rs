use std::cmp::Ordering;

use crate::{Constraint, Edition, Error, Version};

#[track_caller]
fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

#[track_caller]
fn check(constraint: &str, accepted: &[&str], refused: &[&str]) {
    check_as(Edition::V3_5, constraint, accepted, refused);
}

#[track_caller]
fn check_as(edition: Edition, constraint: &str, accepted: &[&str], refused: &[&str]) {
    let parsed = Constraint::parse_as(constraint, edition).unwrap();
    for text in accepted {
        assert!(parsed.matches(&version(text)), "`{constraint}` must accept `{text}`");
    }
    for text in refused {
        assert!(!parsed.matches(&version(text)), "`{constraint}` must refuse `{text}`");
    }
}

#[test]
fn reads_versions_loosely() {
    for (text, normal) in [
        ("1", "1.0.0"),
        ("v1.2", "1.2.0"),
        ("01.02.03", "1.2.3"),
        ("1.2.3-alpha.1+build.5", "1.2.3-alpha.1+build.5"),
        ("1-x", "1.0.0-x"),
        ("v1.33.4-gke.1", "1.33.4-gke.1"),
        ("1.2.3+-.-", "1.2.3+-.-"),
    ] {
        assert_eq!(version(text).to_string(), normal);
        assert_eq!(version(text).original(), text);
    }
}

#[test]
fn refuses_what_is_no_version() {
    for (text, error) in [
        ("", Error::InvalidVersion),
        ("V1", Error::InvalidVersion),
        ("1.2.3.4", Error::InvalidVersion),
        ("1.2.", Error::InvalidVersion),
        ("1.2.3-", Error::InvalidVersion),
        ("1.2.3-a..b", Error::InvalidVersion),
        (" 1", Error::InvalidVersion),
        ("1.2.3-01", Error::LeadingZero),
        ("18446744073709551616", Error::NumberRange("18446744073709551616".to_owned())),
    ] {
        assert_eq!(Version::parse(text), Err(error), "`{text}`");
    }
    assert_eq!(Version::parse(&"1".repeat(257)), Err(Error::VersionTooLong));
}

#[test]
fn strict_takes_three_plain_numbers() {
    for text in ["1.2.3", "0.0.0-x.1+y", "1.2.3-a-b.c"] {
        assert_eq!(Version::parse_strict(text).map(|version| version.to_string()), Ok(text.to_owned()));
    }
    for (text, error) in [
        ("", Error::EmptyVersion),
        ("1.2", Error::InvalidVersion),
        ("v1.2.3", Error::InvalidCharacters),
        ("1.02.3", Error::LeadingZero),
        ("1.2.3-", Error::InvalidPrerelease),
        ("1.2.3+a_b", Error::InvalidMetadata),
        ("1.2.3-01", Error::LeadingZero),
    ] {
        assert_eq!(Version::parse_strict(text), Err(error), "`{text}`");
    }
}

#[test]
fn orders_as_semver_does() {
    let ascending =
        ["1.0.0-0", "1.0.0-9", "1.0.0-10", "1.0.0-a", "1.0.0-a.1", "1.0.0-a.b", "1.0.0-b", "1.0.0", "1.0.1"];
    for (at, left) in ascending.iter().enumerate() {
        for (other, right) in ascending.iter().enumerate() {
            assert_eq!(version(left).precedence(&version(right)), at.cmp(&other), "`{left}` and `{right}`");
        }
    }
    assert_eq!(version("1.0.0+a").precedence(&version("1.0.0+b")), Ordering::Equal);
}

#[test]
fn derives_the_next_version() {
    let text = |version: Result<Version, Error>| version.map(|version| version.original().to_owned());
    assert_eq!(text(version("v1.2.3").next_patch()), Ok("v1.2.4".to_owned()));
    assert_eq!(text(version("1.2.3-x+y").next_patch()), Ok("1.2.3".to_owned()));
    assert_eq!(text(version("1.2.3").next_minor()), Ok("1.3.0".to_owned()));
    assert_eq!(text(version("v1.2.3-x").next_major()), Ok("v2.0.0".to_owned()));
    assert_eq!(text(version("18446744073709551615.0.0").next_major()), Err(Error::Overflow("major")));
    assert_eq!(text(version("1.2.3+m").with_prerelease("rc.1")), Ok("1.2.3-rc.1+m".to_owned()));
    assert_eq!(text(version("1.2.3").with_metadata("a_b")), Err(Error::InvalidMetadata));
}

#[test]
fn compares() {
    check("=1.2.3", &["1.2.3", "v1.2.3", "1.2.3+x"], &["1.2.4", "1.2.3-x"]);
    check("1.2", &["1.2.0", "1.2.9"], &["1.3.0", "1.1.9"]);
    check("!=1.2.x", &["1.3.0", "2.2.2"], &["1.2.0", "1.2.5"]);
    check("!=1.x", &["2.0.0"], &["1.2.0"]);
    check(">1.2", &["1.3.0", "2.0.0"], &["1.2.9", "1.1.0"]);
    check(">11", &["12.0.0"], &["11.1.0"]);
    check("<=1.2", &["1.2.9", "0.9.0"], &["1.3.0"]);
    check("<=11", &["11.9.9"], &["12.0.0"]);
    check("=> 1.2.3", &["1.2.3"], &["1.2.2"]);
    check("=<1.2.3", &["1.2.3"], &["1.2.4"]);
    check("<2", &["1.9.9"], &["2.0.0"]);
}

#[test]
fn keeps_within_ranges() {
    check("~1", &["1.0.0", "1.9.0"], &["2.0.0"]);
    check("~>1.2.3", &["1.2.9"], &["1.3.0", "1.2.2"]);
    check("~0.0.0", &["7.0.0"], &[]);
    check("^1.2", &["1.9.0"], &["2.0.0", "1.1.0"]);
    check("^0.2.3", &["0.2.9"], &["0.3.0", "0.2.2"]);
    check("^0.0.3", &["0.0.3"], &["0.0.4", "0.1.0"]);
    check("^0.0", &["0.0.9"], &["0.1.0"]);
    check("^0", &["0.9.0"], &["1.0.0"]);
    check("*", &["0.0.0", "9.9.9"], &["1.0.0-x"]);
    check("1.2 - 1.4.5", &["1.2.0", "1.4.5"], &["1.4.6", "1.1.9"]);
    check(">=1.2, <2 || ~3.1", &["1.2.0", "3.1.4"], &["2.0.0", "3.2.0"]);
    check(">1.2.3 <1.5", &["1.4.9"], &["1.2.3", "1.5.0"]);
}

#[test]
fn prereleases_need_to_be_named() {
    check(">=1.16", &["1.27.0"], &["1.27.0-gke.1"]);
    check(">=1.16-0", &["1.27.0-gke.1"], &["1.15.0"]);
    check("<1.25-0", &["1.24.9-gke"], &["1.25.0-gke"]);
    check(">=1.0.0-0 <2", &["1.5.0-x"], &["2.0.0"]);
    check_as(Edition::V3_3, ">=1.0.0-0 <2", &["1.5.0"], &["1.5.0-x"]);
    check_as(Edition::V3_3, "!=1.2.3", &["1.2.4-x"], &["1.2.3"]);
    check_as(Edition::V3_4, "!=1.2.3", &["1.2.4"], &["1.2.4-x"]);
}

#[test]
fn refuses_what_is_no_constraint() {
    for text in ["", "foo", ">= ", "1.2.3.4", ">> 1", "1 ||", "1,,2", "> = 1", "1.2 -3"] {
        assert!(matches!(Constraint::parse(text), Err(Error::ImproperConstraint(_))), "`{text}`");
    }
    assert_eq!(Constraint::parse("1|2").map(|_| ()), Err(Error::ConstraintVersion));
    assert_eq!(Constraint::parse(&"1 ".repeat(257)).map(|_| ()), Err(Error::ConstraintTooLong));
    assert_eq!(Constraint::parse(&["1"; 33].join("||")).map(|_| ()), Err(Error::TooManyAlternatives));
}

#[test]
fn words_follow_the_edition() {
    let improper = Error::ImproperConstraint("a\"b\t\u{2028}".to_owned());
    assert_eq!(improper.to_string(), r#"improper constraint: "a\"b\t\u2028""#);
    assert_eq!(improper.wording(Edition::V3_4), "improper constraint: a\"b\t\u{2028}");
    assert_eq!(Error::InvalidVersion.wording(Edition::V3_3), "Invalid Semantic Version");
    assert_eq!(Error::InvalidVersion.wording(Edition::V3_4), "invalid semantic version");
}

#[test]
fn prints_its_normal_form() {
    let print = |text: &str| Constraint::parse(text).unwrap().to_string();
    assert_eq!(print("1.2 - 3 ||  =>4,<5"), ">=1.2 <=3 || =>4 <5");
}
