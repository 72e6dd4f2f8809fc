//! Pushes artifacts: missing blobs first, the manifest last, so that nobody sees half of one.

use bytes::Bytes;
use cache::Digest;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Method, StatusCode};
use network::broker::Access;
use network::{Response, Url};

use crate::client::{Context, Services};
use crate::error::{Attempt, Problem};
use crate::image::Image;
use crate::manifest::{Descriptor, media};
use crate::reference::Reference;
use crate::session::{Ask, Session};
use crate::{Error, Pushed};

/// Larger blobs go in pieces of this size, so that a proxy's limit on bodies is not in the way.
const CHUNK: usize = 16 << 20;

/// The most bytes that are read of an answer to a push.
const MAX_ANSWER: u64 = 64 << 10;

/// Pushes `image` to `reference`.
pub(crate) async fn image(
    services: &Services,
    context: &Context,
    reference: &Reference,
    image: &Image,
) -> Result<Pushed, Error> {
    let attempt = Attempt::new("push", reference);
    let session = services.session(context, &reference.repository, Access::Push, &attempt).await?;
    let push = Push { session, attempt };
    for (descriptor, bytes) in image.parts() {
        push.blob(descriptor, bytes).await?;
    }
    push.manifest(reference, image).await
}

struct Push {
    session: Session,
    attempt: Attempt,
}

impl Push {
    fn failed(&self, problem: impl Into<Problem>) -> Error {
        self.attempt.failed(problem)
    }

    fn url(&self, path: &str) -> Result<Url, Error> {
        self.session.url(path).map_err(|problem| self.failed(problem))
    }

    async fn has(&self, digest: &Digest) -> Result<bool, Error> {
        let ask = Ask::head(self.url(&format!("blobs/{digest}"))?, "*/*");
        let response = self.session.exchange(&ask, &self.attempt).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            _ => Err(self.failed(self.session.explain(response).await)),
        }
    }

    async fn blob(&self, descriptor: &Descriptor, bytes: &Bytes) -> Result<(), Error> {
        if self.has(&descriptor.digest).await? {
            return Ok(());
        }
        let begin = self.ask(Method::POST, self.url("blobs/uploads/")?, Bytes::new());
        let mut at = self.location(&self.send(&begin).await?, &begin.url)?;
        let mut rest = bytes.clone();
        let mut offset = 0;
        while rest.len() > CHUNK {
            let chunk = rest.split_to(CHUNK);
            at = self.chunk(at, chunk, &mut offset).await?;
        }
        at.query_pairs_mut().append_pair("digest", &descriptor.digest.to_string());
        let mut finish = self.ask(Method::PUT, at, rest.clone());
        if offset > 0 {
            set(&mut finish, CONTENT_RANGE, &range(offset, rest.len()));
        }
        set(&mut finish, CONTENT_TYPE, "application/octet-stream");
        self.send(&finish).await.map(drop)
    }

    async fn chunk(&self, at: Url, chunk: Bytes, offset: &mut usize) -> Result<Url, Error> {
        let length = chunk.len();
        let mut ask = self.ask(Method::PATCH, at, chunk);
        set(&mut ask, CONTENT_TYPE, "application/octet-stream");
        set(&mut ask, CONTENT_RANGE, &range(*offset, length));
        let response = self.send(&ask).await?;
        *offset += length;
        self.location(&response, &ask.url)
    }

    async fn manifest(&self, reference: &Reference, image: &Image) -> Result<Pushed, Error> {
        let target = reference.tag.as_ref().map_or_else(|| image.digest.to_string(), ToString::to_string);
        let mut ask = self.ask(Method::PUT, self.url(&format!("manifests/{target}"))?, image.bytes.clone());
        set(&mut ask, CONTENT_TYPE, &image.media_type);
        let response = self.send(&ask).await?;
        let told =
            response.header("docker-content-digest").and_then(|text| text.to_ascii_lowercase().parse().ok());
        match told {
            Some(found) if found != image.digest => {
                Err(self.failed(Problem::Digest { expected: image.digest.clone(), found }))
            }
            _ => Ok(Pushed { reference: reference.clone(), digest: image.digest.clone() }),
        }
    }

    fn ask(&self, method: Method, url: Url, body: Bytes) -> Ask {
        let mut ask =
            Ask { method, url, accept: media::ACCEPT, headers: Vec::new(), body, limit: MAX_ANSWER };
        if ask.body.is_empty() {
            set(&mut ask, CONTENT_LENGTH, "0");
        }
        ask
    }

    async fn send(&self, ask: &Ask) -> Result<Response, Error> {
        self.session.send(ask, &self.attempt).await
    }

    /// Where the upload goes on. It stays on the registry's own host, whatever the registry says:
    /// the request that goes there is authorised (CVE-2020-15157 is the same mistake on pulls).
    fn location(&self, response: &Response, base: &Url) -> Result<Url, Error> {
        let location = response.header("location").and_then(|location| base.join(location).ok());
        let mut location =
            location.ok_or_else(|| self.failed(Problem::Protocol("its upload has no address")))?;
        if location.host() != base.host() {
            return Err(self.failed(Problem::Protocol("its upload leads to another host")));
        }
        // Registries behind a proxy name the scheme and port that they see themselves.
        let same = location.set_scheme(base.scheme()).is_ok() && location.set_port(base.port()).is_ok();
        if same { Ok(location) } else { Err(self.failed(Problem::Protocol("its upload has no address"))) }
    }
}

fn range(offset: usize, length: usize) -> String {
    format!("{offset}-{}", (offset + length).saturating_sub(1))
}

/// Sets a header whose value is made of digits, or checked before.
fn set(ask: &mut Ask, name: HeaderName, value: &str) {
    ask.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
}
