//! JUnit's XML, as both tools write it.

use std::collections::{BTreeMap, VecDeque};

use regex::Regex;

/// A test and its verdict.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) suite: String,
    pub(crate) test: String,
    pub(crate) verdict: &'static str,
    pub(crate) reason: String,
}

/// Suite and test → cases of these names, in their order.
pub(crate) type ByName = BTreeMap<(String, String), VecDeque<Case>>;

/// The cases of a report.
pub(crate) fn cases(xml: &str) -> Vec<Case> {
    let suite = Regex::new(r#"(?s)<testsuite [^>]*?name="([^"]*)".*?</testsuite>"#).unwrap();
    let case = Regex::new(r#"(?s)<testcase [^>]*?(/>|>.*?</testcase>)"#).unwrap();
    let name = Regex::new(r#" name="([^"]*)""#).unwrap();
    let mut cases = Vec::new();
    for found in suite.captures_iter(xml) {
        for inner in case.captures_iter(&found[0]) {
            let (verdict, reason) = verdict(&inner[1]);
            let test = name.captures(&inner[0]).map(|name| plain(&name[1])).unwrap_or_default();
            cases.push(Case { suite: plain(&found[1]), test, verdict, reason });
        }
    }
    cases
}

fn verdict(inner: &str) -> (&'static str, String) {
    let reason = || plain(inner);
    for (tag, verdict) in [("<skipped", "skipped"), ("<failure", "failed"), ("<error", "errored")] {
        if inner.contains(tag) {
            return (verdict, reason());
        }
    }
    ("passed", String::new())
}

fn plain(text: &str) -> String {
    let named = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    let numbered = Regex::new("&#(x?)([0-9A-Fa-f]+);").unwrap();
    let plain = numbered.replace_all(&named, |found: &regex::Captures<'_>| {
        let radix = if found[1].is_empty() { 10 } else { 16 };
        let number = u32::from_str_radix(&found[2], radix).unwrap();
        char::from_u32(number).map(String::from).unwrap_or_default()
    });
    plain.replace("&amp;", "&")
}

/// The cases, to be found by their names.
pub(crate) fn by_name(cases: &[Case]) -> ByName {
    let mut by_name = ByName::new();
    for case in cases {
        let key = (case.suite.clone(), case.test.clone());
        by_name.entry(key).or_default().push_back(case.clone());
    }
    by_name
}

impl Case {
    /// What it is called.
    pub(crate) fn place(&self) -> String {
        format!("{} / {}", self.suite, self.test)
    }
}

#[test]
fn reports_have_cases() {
    let xml = "<testsuites><testsuite name=\"a &amp; b\" tests=\"2\">\n<testcase classname=\"c\" name=\"x&#39;s\"></testcase>\
               <testcase name=\"y\"><failure>no</failure></testcase></testsuite></testsuites>";
    let cases = cases(xml);
    let all: Vec<_> = cases.iter().map(|case| (case.place(), case.verdict)).collect();
    assert_eq!(all, [("a & b / x's".to_owned(), "passed"), ("a & b / y".to_owned(), "failed")]);
}
