//! Argo CD's build environment in texts: `$ARGOCD_APP_NAME` and its like.

use sdk::Request;

/// Replaces `$NAME` and `${NAME}` as Argo CD does for its own Helm source: a name that is not set
/// becomes nothing, `$$` one dollar sign.
pub(crate) fn substitute(text: &str, request: &Request) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        let (name, remaining) = reference(after);
        match name {
            Some(name) => result.push_str(&variable(name, request)),
            None => result.push('$'),
        }
        rest = remaining;
    }
    result.push_str(rest);
    result
}

/// The name at the start of `text`, and what follows.
fn reference(text: &str) -> (Option<&str>, &str) {
    if let Some(rest) = text.strip_prefix('$') {
        return (None, rest);
    }
    if let Some((name, rest)) = text.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
        return (Some(name), rest);
    }
    let end =
        text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (Some(name).filter(|name| !name.is_empty()), rest)
}

fn variable(name: &str, request: &Request) -> String {
    let application = &request.application;
    let short = |length| application.revision.chars().take(length).collect();
    match name {
        "ARGOCD_APP_NAME" => application.name.clone(),
        "ARGOCD_APP_NAMESPACE" => application.namespace.clone(),
        "ARGOCD_APP_PROJECT_NAME" => application.project.clone().unwrap_or_default(),
        "ARGOCD_APP_REVISION" => application.revision.clone(),
        "ARGOCD_APP_REVISION_SHORT" => short(7),
        "ARGOCD_APP_REVISION_SHORT_8" => short(8),
        "ARGOCD_APP_SOURCE_REPO_URL" => application.source.repo_url.clone(),
        "ARGOCD_APP_SOURCE_PATH" => application.source.path.clone(),
        "ARGOCD_APP_SOURCE_TARGET_REVISION" => application.source.target_revision.clone(),
        "KUBE_VERSION" => request.cluster.kube_version.clone(),
        "KUBE_API_VERSIONS" => request.cluster.api_versions.join(","),
        _ => String::new(),
    }
}
