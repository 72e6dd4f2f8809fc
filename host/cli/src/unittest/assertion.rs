//! An assertion: which documents it is about, and what it claims of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::check::Check;
use super::claim::Claim;
use super::path::Path;
use super::rendering::{RAW, Rendering};
use super::snapshot::Snapshots;
use super::suite::{Selector, Suite, Test};

/// One assertion.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(super) struct Assertion {
    template: String,
    document_index: Option<i64>,
    selector: Option<Selector>,
    /// Whether the opposite is expected.
    negative: bool,
    /// Whether it was written so, with a name that means the opposite of the claim.
    is_antonym: bool,
    claim: Claim,
}

/// How an assertion ended, if it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is so.
    Holds,
    /// There was nothing to look at, which the test allows.
    Skipped,
}

/// The documents that one assertion looks at, by template.
type Selected = BTreeMap<String, Vec<Value>>;

impl TryFrom<Map<String, Value>> for Assertion {
    type Error = String;

    fn try_from(mut written: Map<String, Value>) -> Result<Self, String> {
        let template = written.remove("template").and_then(|value| value.as_str().map(str::to_owned));
        let document_index = written.remove("documentIndex").and_then(|value| value.as_i64());
        let selector = written.remove("documentSelector").filter(Value::is_object);
        let selector: Option<Selector> =
            selector.map(serde_json::from_value).transpose().map_err(|error| error.to_string())?;
        if selector.as_ref().is_some_and(|selector| selector.path.is_empty()) {
            return Err("a `documentSelector` has no `path`".to_owned());
        }
        let not = written.remove("not").and_then(|value| value.as_bool()).unwrap_or(false);
        let unknown = written.keys().find(|name| !Claim::is_known(name)).cloned();
        let mut named = written.into_iter().filter(|(name, _)| Claim::is_known(name));
        let Some((name, operand)) = named.next() else {
            return Err(unknown.map_or_else(
                || "an assertion claims nothing".to_owned(),
                |name| format!("assertion `{name}` is not known"),
            ));
        };
        if let Some((other, _)) = named.next() {
            return Err(format!("an assertion claims both `{name}` and `{other}`"));
        }
        let (claim, is_antonym) = Claim::parse(&name, operand)?;
        let negative = not != is_antonym;
        Ok(Self {
            template: template.unwrap_or_default(),
            document_index,
            selector,
            negative,
            is_antonym,
            claim,
        })
    }
}

// === impl Assertion ===

impl Assertion {
    /// Whether it is about templates that can't be rendered.
    pub(super) fn expects_failure(&self) -> bool {
        matches!(self.claim, Claim::FailedTemplate { .. }) && !self.is_antonym
    }

    /// Whether it is so.
    pub(super) fn check(
        &self,
        rendering: &Rendering,
        suite: &Suite,
        test: &Test,
        snapshots: &mut Snapshots,
    ) -> Result<Outcome, String> {
        let documents = match rendering.sole_manifest() {
            Some((template, documents)) => Selected::from([(template.clone(), documents.clone())]),
            None => self.documents(rendering, suite, test),
        };
        let selected = self.select(documents, test)?;
        let may_be_empty =
            test.document_selector.as_ref().is_some_and(|selector| selector.skip_empty_templates);
        if selected.is_empty() && may_be_empty {
            return Ok(Outcome::Skipped);
        }
        if selected.is_empty() {
            self.check_rendering(rendering, &[])?;
            self.of(rendering, &[], &[]).run(snapshots)?;
        }
        for (template, chosen) in &selected {
            self.of_template(rendering, template, chosen, snapshots).map_err(|reason| {
                if selected.len() > 1 { format!("{template}: {reason}") } else { reason }
            })?;
        }
        Ok(Outcome::Holds)
    }

    fn of_template(
        &self,
        rendering: &Rendering,
        template: &str,
        chosen: &[Value],
        snapshots: &mut Snapshots,
    ) -> Result<(), String> {
        let whole = rendering.documents.get(template);
        if whole.is_none() && !self.expects_failure() {
            let reason = rendering.error.as_ref().map(|error| format!("rendering failed: {error}"));
            let missing = || format!("template `{template}` is not there, or not one of the suite's");
            return Err(reason.unwrap_or_else(missing));
        }
        let whole = whole.map(Vec::as_slice).unwrap_or_default();
        self.check_rendering(rendering, whole)?;
        self.of(rendering, whole, chosen).run(snapshots)
    }

    /// Whether rendering ended as it has to for the claim to mean anything.
    fn check_rendering(&self, rendering: &Rendering, whole: &[Value]) -> Result<(), String> {
        match (self.expects_failure(), rendering.is_done) {
            (true, true) => Err("nothing failed".to_owned()),
            (false, false) => {
                let shown = whole.first().and_then(|document| document.get(RAW)?.as_str());
                let error = rendering.error.as_deref().or(shown).unwrap_or("there is nothing");
                Err(format!("rendering failed: {error}"))
            }
            _ => Ok(()),
        }
    }

    fn of<'a>(&'a self, rendering: &'a Rendering, whole: &'a [Value], chosen: &'a [Value]) -> Check<'a> {
        Check {
            claim: &self.claim,
            negative: self.negative,
            whole,
            chosen,
            error: rendering.error.as_deref(),
        }
    }

    /// The documents of the templates that it is about; none for one that is not there.
    fn documents(&self, rendering: &Rendering, suite: &Suite, test: &Test) -> Selected {
        let of = |path: String| {
            let documents = rendering.documents.get(&path).cloned().unwrap_or_default();
            (path, documents)
        };
        match self.templates(suite, test) {
            Some(names) => names.map(|name| of(rendering.path_of(name))).collect(),
            None => rendering.outputs.iter().cloned().map(of).collect(),
        }
    }

    /// The templates it is about, as the suite calls them; `None` for all there are.
    fn templates<'t>(
        &'t self,
        suite: &'t Suite,
        test: &'t Test,
    ) -> Option<Box<dyn Iterator<Item = &'t str> + 't>> {
        if !self.template.is_empty() {
            return Some(Box::new(std::iter::once(self.template.as_str())));
        }
        if !test.setting.templates.is_empty() {
            return Some(Box::new(test.setting.templates.iter().map(String::as_str)));
        }
        if !test.template.is_empty() {
            return Some(Box::new(std::iter::once(test.template.as_str())));
        }
        let names = &suite.setting.templates;
        let are_all_named = !names.is_empty() && !names.iter().any(|name| name.contains('*'));
        are_all_named.then(|| Box::new(names.iter().map(String::as_str)) as Box<dyn Iterator<Item = &str>>)
    }

    fn select(&self, documents: Selected, test: &Test) -> Result<Selected, String> {
        let selector = self.selector.as_ref().or(test.document_selector.as_ref());
        if let Some(selector) = selector.filter(|selector| !selector.path.is_empty()) {
            return by_selector(documents, selector);
        }
        match test.document_index.or(self.document_index).filter(|index| *index != -1) {
            Some(index) => by_index(documents, index),
            None => Ok(documents),
        }
    }
}

fn by_index(documents: Selected, index: i64) -> Result<Selected, String> {
    let pick = |(template, all): (String, Vec<Value>)| {
        let one = usize::try_from(index).ok().and_then(|index| all.into_iter().nth(index));
        let one = one.ok_or_else(|| format!("there is no document {index} in `{template}`"))?;
        Ok((template, vec![one]))
    };
    documents.into_iter().map(pick).collect()
}

fn by_selector(documents: Selected, selector: &Selector) -> Result<Selected, String> {
    let path = Path::parse(&selector.path).map_err(|error| error.to_string())?;
    let is_meant = |document: &Value| {
        let found = path.find(document);
        found.iter().any(|value| selector.value.as_ref().is_none_or(|wanted| **value == *wanted))
    };
    let chosen: Selected = documents
        .into_iter()
        .map(|(template, all)| (template, all.into_iter().filter(is_meant).collect::<Vec<Value>>()))
        .filter(|(_, meant)| !meant.is_empty())
        .collect();
    match chosen.values().map(Vec::len).sum::<usize>() {
        0 if !selector.skip_empty_templates => Err("no document is selected".to_owned()),
        2.. if !selector.match_many => Err("several documents are selected".to_owned()),
        _ => Ok(chosen),
    }
}
