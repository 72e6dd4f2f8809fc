//! The distribution API, a token server and plain files.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::content::{Content, digest};
use crate::reply::Reply;
use crate::server::{Pages, Seen, Shared, lock};

pub(crate) fn answer(seen: &Seen, shared: &Shared) -> Reply {
    let (path, query) = seen.path.split_once('?').unwrap_or((&seen.path, ""));
    if path == "/token" {
        let fields =
            if seen.method == "POST" { fields(&String::from_utf8_lossy(&seen.body)) } else { fields(query) };
        return shared.auth.issue(seen, &fields, &mut lock(&shared.tokens));
    }
    let Some(name) = path.strip_prefix("/v2/") else { return file(seen, path, shared) };
    let Some((repository, rest)) = split(name) else {
        let refused = shared.auth.refuse(seen, "", &shared.base, &lock(&shared.tokens));
        return refused.unwrap_or_else(|| Reply::new(200).body("{}"));
    };
    if let Some(refusal) = shared.auth.refuse(seen, repository, &shared.base, &lock(&shared.tokens)) {
        return refusal;
    }
    let mut content = lock(&shared.content);
    let (kind, item) = rest.split_once('/').unwrap_or((rest, ""));
    match (seen.method.as_str(), kind, item) {
        ("GET", "tags", "list") => tags(&content, repository, &fields(query), shared),
        ("GET" | "HEAD", "manifests", target) => manifest(&content, repository, target),
        ("PUT", "manifests", target) => put_manifest(&mut content, repository, target, seen),
        ("GET", "referrers", subject) => referrers(&content, repository, subject),
        ("POST", "blobs", "uploads/") => begin(&mut content, repository, &fields(query)),
        ("PATCH", "blobs", upload) => patch(&mut content, repository, upload, seen),
        ("PUT", "blobs", upload) => finish(&mut content, repository, upload, &fields(query), seen),
        ("GET" | "HEAD", "blobs", digest) => blob(&content, digest, seen),
        _ => Reply::error(405, "UNSUPPORTED", "no such operation"),
    }
}

/// Repository and rest of `NAME/{tags,manifests,blobs,referrers}/…`.
fn split(name: &str) -> Option<(&str, &str)> {
    ["/tags/", "/manifests/", "/blobs/", "/referrers/"]
        .into_iter()
        .filter_map(|marker| name.rfind(marker))
        .map(|at| (&name[..at], &name[at + 1..]))
        .next()
}

fn fields(query: &str) -> HashMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex: Option<u8> = (byte == b'%').then(|| {
            let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
            u8::from_str_radix(&String::from_utf8_lossy(&digits), 16).unwrap_or_default()
        });
        bytes.push(hex.unwrap_or(if byte == b'+' { b' ' } else { byte }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn file(seen: &Seen, path: &str, shared: &Shared) -> Reply {
    if let Some(refusal) = shared.auth.refuse(seen, "", &shared.base, &lock(&shared.tokens)) {
        return refusal;
    }
    match lock(&shared.content).files.get(path) {
        Some(bytes) => {
            let etag = format!("\"{}\"", digest(bytes));
            let same =
                seen.headers.get("if-none-match").is_some_and(|sent| sent.as_bytes() == etag.as_bytes());
            if same { Reply::new(304) } else { Reply::new(200).header("etag", &etag).body(bytes.clone()) }
        }
        None => Reply::new(404),
    }
}

fn tags(content: &Content, repository: &str, query: &HashMap<String, String>, shared: &Shared) -> Reply {
    let Some(tags) = content.tags.get(repository) else {
        return Reply::error(404, "NAME_UNKNOWN", "repository name not known to registry");
    };
    let tags: Vec<&String> = tags.keys().collect();
    let size = match shared.pages {
        Pages::One => usize::MAX,
        Pages::Relative(size) | Pages::Opaque(size) => size,
    };
    let start: usize = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(0);
    let end = start.saturating_add(size).min(tags.len());
    let body = json!({"name": repository, "tags": &tags[start..end]}).to_string();
    let reply = Reply::new(200).header("content-type", "application/json").body(body.into_bytes());
    let path = format!("/v2/{repository}/tags/list?page={end}");
    match shared.pages {
        _ if end == tags.len() => reply,
        Pages::Opaque(_) => {
            reply.header("link", &format!("<{}{path}&opaque=a%2Cb>;rel=\"next\"", shared.base))
        }
        _ => reply.header("link", &format!("<{path}>; rel=\"next\"")),
    }
}

fn manifest(content: &Content, repository: &str, target: &str) -> Reply {
    let unknown = || Reply::error(404, "MANIFEST_UNKNOWN", "manifest unknown");
    let tagged =
        content.tags.get(repository).and_then(|tags| tags.get(target)).map_or(target, String::as_str);
    match content.manifests.get(&(repository.to_owned(), tagged.to_owned())) {
        Some((media_type, bytes)) => Reply::new(200)
            .header("content-type", media_type)
            .header("docker-content-digest", tagged)
            .body(bytes.clone()),
        None => unknown(),
    }
}

fn put_manifest(content: &mut Content, repository: &str, target: &str, seen: &Seen) -> Reply {
    let media_type =
        seen.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let document: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
    let layers = document["layers"].as_array().cloned().unwrap_or_default();
    let missing = layers.iter().chain([&document["config"]]).filter_map(|blob| blob["digest"].as_str());
    if missing.into_iter().any(|digest| !content.blobs.contains_key(digest)) {
        return Reply::error(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry");
    }
    let tag = (!target.contains(':')).then_some(target);
    let name = content.manifest(repository, tag, media_type, &seen.body);
    Reply::new(201)
        .header("location", &format!("/v2/{repository}/manifests/{name}"))
        .header("docker-content-digest", &name)
}

fn referrers(content: &Content, repository: &str, subject: &str) -> Reply {
    let of_repository = content.manifests.iter().filter(|((name, _), _)| name == repository);
    let entries: Vec<Value> = of_repository
        .filter_map(|((_, digest), (media_type, bytes))| {
            let document: Value = serde_json::from_slice(bytes).ok()?;
            let matches = document["subject"]["digest"].as_str() == Some(subject);
            let kind = document["artifactType"].as_str().or(document["config"]["mediaType"].as_str());
            matches.then(|| {
                json!({"mediaType": media_type, "digest": digest, "size": bytes.len(), "artifactType": kind,
                       "annotations": document["annotations"]})
            })
        })
        .collect();
    let media_type = "application/vnd.oci.image.index.v1+json";
    let body = json!({"schemaVersion": 2, "mediaType": media_type, "manifests": entries}).to_string();
    Reply::new(200).header("content-type", media_type).body(body.into_bytes())
}

fn blob(content: &Content, digest: &str, seen: &Seen) -> Reply {
    let Some(bytes) = content.blobs.get(digest) else {
        return Reply::error(404, "BLOB_UNKNOWN", "blob unknown to registry");
    };
    let range = seen.headers.get("range").and_then(|range| range.to_str().ok());
    let start =
        range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let reply = Reply::new(if start.is_some() { 206 } else { 200 }).header("docker-content-digest", digest);
    match start {
        Some(start) if start < bytes.len() => {
            let end = bytes.len() - 1;
            reply
                .header("content-range", &format!("bytes {start}-{end}/{}", bytes.len()))
                .body(bytes.slice(start..))
        }
        Some(_) => Reply::new(416),
        None => reply.body(bytes.clone()),
    }
}

fn begin(content: &mut Content, repository: &str, query: &HashMap<String, String>) -> Reply {
    if let Some(digest) = query.get("mount").filter(|digest| content.blobs.contains_key(*digest)) {
        return Reply::new(201).header("location", &format!("/v2/{repository}/blobs/{digest}"));
    }
    let upload = format!("upload-{}", content.uploads.len() + 1);
    content.uploads.insert(upload.clone(), Vec::new());
    Reply::new(202).header("location", &format!("/v2/{repository}/blobs/uploads/{upload}?state=a%3Db"))
}

fn patch(content: &mut Content, repository: &str, upload: &str, seen: &Seen) -> Reply {
    let name = upload.trim_start_matches("uploads/");
    let Some(bytes) = content.uploads.get_mut(name) else {
        return Reply::error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
    };
    bytes.extend_from_slice(&seen.body);
    let range = format!("0-{}", bytes.len().saturating_sub(1));
    Reply::new(202)
        .header("location", &format!("/v2/{repository}/blobs/uploads/{name}"))
        .header("range", &range)
}

fn finish(
    content: &mut Content,
    repository: &str,
    upload: &str,
    query: &HashMap<String, String>,
    seen: &Seen,
) -> Reply {
    let name = upload.trim_start_matches("uploads/");
    let Some(mut bytes) = content.uploads.remove(name) else {
        return Reply::error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
    };
    bytes.extend_from_slice(&seen.body);
    if query.get("digest") != Some(&digest(&bytes)) {
        return Reply::error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    let name = content.blob(&bytes);
    Reply::new(201).header("location", &format!("/v2/{repository}/blobs/{name}"))
}
