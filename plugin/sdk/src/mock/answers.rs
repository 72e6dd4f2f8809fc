//! The mock host, as a plugin sees it: the same functions as the contract's.

/// A number that follows from `text` and nothing else (FNV-1a).
pub(super) fn number(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(crate) mod source {
    use globset::{GlobBuilder, GlobMatcher};

    use super::super::host::Host;
    use crate::{Failure, File};

    pub(crate) fn list(glob: &str) -> Result<Vec<String>, Failure> {
        let matcher = matcher(glob)?;
        Ok(Host::with(|told| told.files.keys().filter(|path| matcher.is_match(path)).cloned().collect()))
    }

    pub(crate) fn read(path: &str) -> Result<Option<Vec<u8>>, Failure> {
        Ok(Host::with(|told| told.files.get(path).cloned()))
    }

    pub(crate) fn read_all(globs: &[String]) -> Result<Vec<File>, Failure> {
        let matchers = globs.iter().map(|glob| matcher(glob)).collect::<Result<Vec<_>, _>>()?;
        let matches = |path: &str| matchers.iter().any(|matcher| matcher.is_match(path));
        Ok(Host::with(|told| {
            let files = told.files.iter().filter(|(path, _)| matches(path));
            files.map(|(path, content)| File { path: path.clone(), content: content.clone() }).collect()
        }))
    }

    fn matcher(glob: &str) -> Result<GlobMatcher, Failure> {
        let glob = GlobBuilder::new(glob).literal_separator(true).build();
        glob.map(|glob| glob.compile_matcher()).map_err(|error| Failure::plugin(error.to_string()))
    }
}

pub(crate) mod registry {
    use std::rc::Rc;

    use super::super::host::{self, Host};
    use crate::registry::{ArtifactVersion, ChartRequest};
    use crate::{Failure, File};

    #[derive(Debug)]
    pub(crate) struct Chart(host::Chart);

    #[derive(Debug)]
    pub(crate) struct Blob(pub(super) Rc<[u8]>);

    impl Chart {
        pub(crate) fn name(&self) -> String {
            self.0.name.clone()
        }

        pub(crate) fn version(&self) -> String {
            self.0.version.clone()
        }

        pub(crate) fn digest(&self) -> String {
            self.0.digest.clone()
        }

        pub(crate) fn files(&self) -> Vec<File> {
            self.0.files.clone()
        }
    }

    impl Blob {
        pub(crate) fn size(&self) -> u64 {
            self.0.len() as u64
        }

        pub(crate) fn read(&self, offset: u64, len: u64) -> Vec<u8> {
            let bytes = self.0.iter().skip(usize::try_from(offset).unwrap_or(usize::MAX));
            bytes.take(usize::try_from(len).unwrap_or(usize::MAX)).copied().collect()
        }
    }

    pub(crate) fn resolve(reference: &str, constraint: Option<&str>) -> Result<ArtifactVersion, Failure> {
        let key = (reference.to_owned(), constraint.map(str::to_owned));
        Host::with(|told| told.resolutions.get(&key).cloned()).ok_or_else(|| {
            untold(&format!("what `{reference}` resolves to with {constraint:?}"), "resolution")
        })
    }

    pub(crate) fn versions(repository: &str) -> Result<Vec<String>, Failure> {
        Host::with(|told| told.versions.get(repository).cloned())
            .ok_or_else(|| untold(&format!("the versions of `{repository}`"), "versions"))
    }

    pub(crate) fn pull_charts(requests: &[ChartRequest]) -> Vec<Result<Chart, Failure>> {
        requests.iter().map(pull_chart).collect()
    }

    fn pull_chart(request: &ChartRequest) -> Result<Chart, Failure> {
        let known = Host::with(|told| {
            let known = told.charts.iter().find(|(known, _)| known == request);
            known.map(|(_, chart)| chart.clone())
        });
        known.unwrap_or_else(|| Err(untold(&format!("the chart of {request:?}"), "chart"))).map(Chart)
    }

    pub(crate) fn pull_artifact(reference: &str) -> Result<Blob, Failure> {
        Host::with(|told| told.artifacts.get(reference).cloned())
            .map(Blob)
            .ok_or_else(|| untold(&format!("the artifact `{reference}`"), "artifact"))
    }

    pub(super) fn untold(what: &str, method: &str) -> Failure {
        Failure::platform(format!("the mock host was not told {what}"))
            .with_hint(format!("tell it with `Host::{method}`"))
    }
}

pub(crate) mod credentials {
    use super::super::host::Host;
    use crate::Failure;

    #[derive(Debug)]
    pub(crate) struct Credential(String);

    impl Credential {
        pub(crate) fn label(&self) -> String {
            self.0.clone()
        }
    }

    pub(crate) fn find(url: &str) -> Result<Option<Credential>, Failure> {
        Ok(Host::with(|told| told.credentials.get(url).cloned().map(Credential)))
    }
}

pub(crate) mod network {
    use super::super::host::{Host, Sent};
    use super::credentials::Credential;
    use super::registry::{Blob, untold};
    use crate::Failure;

    pub(crate) struct HttpRequest<'a> {
        pub(crate) method: String,
        pub(crate) url: String,
        pub(crate) headers: Vec<(String, String)>,
        pub(crate) body: Vec<u8>,
        pub(crate) credential: Option<&'a Credential>,
    }

    pub(crate) struct HttpResponse {
        pub(crate) status: u16,
        pub(crate) headers: Vec<(String, String)>,
        pub(crate) body: Blob,
    }

    pub(crate) fn send(request: &HttpRequest<'_>) -> Result<HttpResponse, Failure> {
        let (method, url) = (request.method.clone(), request.url.clone());
        let sent = Sent {
            method: method.clone(),
            url: url.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
            credential: request.credential.map(Credential::label),
        };
        Host::with(|told| {
            told.sent.borrow_mut().push(sent);
            let what = format!("the answer to `{method} {url}`");
            let response = told.responses.get(&(method, url)).cloned();
            let (status, body) = response.ok_or_else(|| untold(&what, "response"))?;
            Ok(HttpResponse { status, headers: Vec::new(), body: Blob(body) })
        })
    }
}

pub(crate) mod entropy {
    use super::super::host::Host;
    use super::registry::untold;
    use crate::Failure;
    use crate::entropy::KeyKind;

    pub(crate) fn stable() -> bool {
        Host::with(|told| !told.random)
    }

    pub(crate) fn bytes(label: &str, len: u32) -> Vec<u8> {
        let draw = Host::with(|told| {
            let mut drawn = told.drawn.borrow_mut();
            *drawn += 1;
            if told.random { *drawn } else { 0 }
        });
        let byte = |index: u32| super::number(&format!("{label}/{draw}/{index}")).to_le_bytes();
        (0..len).map(|index| byte(index).iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))).collect()
    }

    pub(crate) fn generate_key(_label: &str, kind: KeyKind) -> Result<Vec<u8>, Failure> {
        Host::with(|told| told.keys.iter().find(|(known, _)| *known == kind).map(|(_, key)| key.clone()))
            .ok_or_else(|| untold(&format!("a key of kind {kind:?}"), "key"))
    }
}

pub(crate) mod lookup {
    use super::super::host::{Host, Object};
    use crate::Failure;

    pub(crate) fn find(
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Vec<String>, Failure> {
        let is_meant = |object: &&Object| {
            object.api_version == api_version
                && object.kind == kind
                && (name.is_empty() || object.name == name)
                && (object.namespace == namespace || (name.is_empty() && namespace.is_empty()))
        };
        Ok(Host::with(|told| {
            told.objects.iter().filter(is_meant).map(|object| object.json.clone()).collect()
        }))
    }
}

pub(crate) mod log {
    use super::super::host::{Host, LogEntry};
    use crate::log::Level;

    pub(crate) fn emit(level: Level, message: &str, fields: &[(String, String)]) {
        let entry = LogEntry { level, message: message.to_owned(), fields: fields.to_vec() };
        Host::with(|told| told.logged.borrow_mut().push(entry));
    }
}
