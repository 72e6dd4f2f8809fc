//! A bucket of Amazon S3, or of anything that speaks its protocol, as a cache that machines share.
//!
//! The crate for it signs requests and reads answers; they travel by this workspace's own network.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cache::{Digest, Shared, SharedError};
use http::header::AUTHORIZATION;
use http_body_util::BodyExt as _;
use network::{Authorization, Deadline, Redirects, Request, Url};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpService,
};
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, RetryConfig};

/// The largest object that is read, in bytes.
const MAX_OBJECT: u64 = 1 << 30;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A bucket, and a folder in it.
#[derive(Debug)]
pub struct Bucket {
    store: AmazonS3,
    folder: Path,
}

// === impl Bucket ===

impl Bucket {
    /// The bucket at `s3://NAME[/FOLDER]`. `settings` are Amazon's environment variables (`AWS_REGION`,
    /// `AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL` and others) with their values.
    ///
    /// # Errors
    /// If the address or a setting can't be meant. The text shows no setting.
    pub fn open(
        url: &Url,
        settings: impl IntoIterator<Item = (String, String)>,
        network: network::Client,
    ) -> Result<Self, SharedError> {
        let name = url.host_str().filter(|_| url.scheme() == "s3");
        let name = name.ok_or_else(|| SharedError("its address is not `s3://NAME[/FOLDER]`".to_owned()))?;
        let mut builder = AmazonS3Builder::new().with_bucket_name(name).with_allow_http(true);
        for (name, value) in settings {
            if let Ok(key) = name.to_ascii_lowercase().parse() {
                builder = builder.with_config(key, value);
            }
        }
        let retry = RetryConfig { max_retries: 1, ..RetryConfig::default() };
        let store = builder.with_http_connector(Connector(network)).with_retry(retry).build();
        let store = store.map_err(|error| SharedError(error.to_string()))?;
        let folder = Path::from(url.path());
        Ok(Self { store, folder })
    }

    fn path(&self, digest: &Digest) -> Path {
        digest.to_string().split(':').fold(self.folder.clone().join("blobs"), |path, part| path.join(part))
    }
}

fn failed(error: object_store::Error) -> SharedError {
    SharedError(error.to_string())
}

#[async_trait]
impl Shared for Bucket {
    async fn get(&self, digest: &Digest) -> Result<Option<Bytes>, SharedError> {
        match self.store.get(&self.path(digest)).await {
            Ok(object) => object.bytes().await.map(Some).map_err(failed),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    async fn put(&self, digest: &Digest, bytes: &Bytes) -> Result<(), SharedError> {
        self.store.put(&self.path(digest), bytes.clone().into()).await.map(drop).map_err(failed)
    }
}

/// Sends what the crate wants sent.
#[derive(Clone)]
struct Connector(network::Client);

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Connector {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (head, body) = request.into_parts();
        let request = translate(&head)?.with_body(body.collect().await?.to_bytes());
        let response = self.0.send(request).await.map_err(|error| {
            let kind = if error.is_outage() { HttpErrorKind::Connect } else { HttpErrorKind::Unknown };
            HttpError::new(kind, error)
        })?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body =
            response.bytes().await.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error))?;
        let mut answer = http::Response::new(body.into());
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

/// Its authorisation is bound to its origin, and no redirect is followed.
fn translate(head: &http::request::Parts) -> Result<Request, HttpError> {
    let wrong =
        |problem: &'static str| HttpError::new(HttpErrorKind::Request, SharedError(problem.to_owned()));
    let url = Url::parse(&head.uri.to_string()).map_err(|_| wrong("an address is none"))?;
    let request = Request::new(head.method.clone(), url, Deadline::after(PATIENCE));
    let mut request = request.map_err(|_| wrong("an address is not one of HTTP"))?;
    request = request.with_redirects(Redirects::Refuse).with_body_limit(MAX_OBJECT);
    for (name, value) in &head.headers {
        if name != AUTHORIZATION {
            request = request.with_header(name.clone(), value.clone());
        }
    }
    if let Some(value) = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) {
        let authorization = Authorization::raw(request.origin().clone(), value);
        let authorization = authorization.map_err(|_| wrong("an authorisation is none"))?;
        request.authorize(authorization).map_err(|_| wrong("an authorisation is for another place"))?;
    }
    Ok(request)
}
