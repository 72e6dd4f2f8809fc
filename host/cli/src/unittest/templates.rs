//! Which templates of a chart a suite is about.

use regex::Regex;

/// The templates that are rendered for a suite.
pub(super) struct Templates {
    /// None for all.
    wanted: Vec<Regex>,
    excluded: Vec<Regex>,
}

// === impl Templates ===

impl Templates {
    /// `route` is the chart or subchart that names of templates are in.
    pub(super) fn new(route: &str, wanted: &[String], excluded: &[String]) -> Self {
        let all = ["**".to_owned()];
        let wanted = if wanted.is_empty() { all.as_slice() } else { wanted };
        let patterns = |names: &[String]| names.iter().filter_map(|name| pattern(route, name)).collect();
        Self { wanted: patterns(wanted), excluded: patterns(excluded) }
    }

    /// `name` is the full name of a template.
    pub(super) fn has(&self, name: &str) -> bool {
        let is_in = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(name));
        is_in(&self.wanted) && !is_in(&self.excluded)
    }
}

/// The path in the chart of a template as a suite calls it.
pub(super) fn in_templates(name: &str) -> String {
    let has_folder = ["templates", "charts", "crds", "**"].iter().any(|folder| name.starts_with(folder));
    if has_folder { name.to_owned() } else { format!("templates/{name}") }
}

/// `*` and `**` are for what names of files are made of; the name may have more before and after it.
fn pattern(route: &str, name: &str) -> Option<Regex> {
    let name = format!("{route}/{}", in_templates(name));
    let escaped =
        regex::escape(&name).replace(r"\*\*", r"[0-9a-zA-Z_\-/.]+").replace(r"\*", r"[0-9a-zA-Z_\-/.]*");
    Regex::new(&escaped).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &[&str], excluded: &[&str], expect: &[&str]) {
        let names = ["web/templates/a.yaml", "web/templates/b/c.yaml", "web/charts/sub/templates/a.yaml"];
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let templates = Templates::new("web", &owned(wanted), &owned(excluded));
        let found: Vec<_> = names.into_iter().filter(|name| templates.has(name)).collect();
        assert_eq!(found, expect, "{wanted:?} without {excluded:?}");
    }

    #[test]
    fn names_are_paths_in_the_chart() {
        check(&["a.yaml"], &[], &["web/templates/a.yaml"]);
        check(&["templates/b/c.yaml"], &[], &["web/templates/b/c.yaml"]);
        check(&["charts/sub/templates/a.yaml"], &[], &["web/charts/sub/templates/a.yaml"]);
    }

    #[test]
    fn stars_are_for_any_path() {
        check(&["*.yaml"], &[], &["web/templates/a.yaml", "web/templates/b/c.yaml"]);
        check(&["**/c.yaml"], &[], &["web/templates/b/c.yaml"]);
        check(&[], &["b/*"], &["web/templates/a.yaml", "web/charts/sub/templates/a.yaml"]);
    }
}
