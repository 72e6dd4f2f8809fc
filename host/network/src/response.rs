//! An answer, and its body within limits (rule R19).

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, timeout};

use crate::config::Timeouts;
use crate::{Deadline, Error, Origin};

/// The most that is read of a body which only explains a failure.
const MAX_EXCERPT: usize = 8 << 10;

/// So little within [`Timeouts::drip_window`] is no transfer.
const DRIP: u64 = 1 << 10;

/// An answer. Its body is read piece by piece or at once, never past the request's limit.
#[derive(Debug)]
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) origin: Origin,
    pub(crate) redirected: bool,
    pub(crate) body: Body,
}

/// A body that is being read.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) response: reqwest::Response,
    pub(crate) limit: u64,
    pub(crate) read: u64,
    pub(crate) window: (Instant, u64),
    pub(crate) timeouts: Timeouts,
    pub(crate) deadline: Deadline,
}

// === impl Response ===

impl Response {
    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The header called `name`, where it is readable text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Who answered: the last of the redirects.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether it came from another origin than the one that was asked. Such an answer's challenges
    /// and links are nobody's business (rule R11).
    #[must_use]
    pub const fn is_redirected(&self) -> bool {
        self.redirected
    }

    /// The length that the server announces, where it does.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.header("content-length")?.parse().ok()
    }

    /// The next piece of the body; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.body.chunk(&self.origin).await
    }

    /// The whole body.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.chunk().await? else { return Ok(first) };
        let mut whole = BytesMut::from(first);
        whole.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }

    /// The beginning of a body that explains a failure. It reads to the end of a short one, so that
    /// the connection can be used again; what can't be read is left out.
    pub async fn excerpt(mut self) -> Bytes {
        let mut start = BytesMut::new();
        while start.len() < MAX_EXCERPT {
            let Ok(Some(chunk)) = self.chunk().await else { break };
            let room = MAX_EXCERPT - start.len();
            start.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        }
        start.freeze()
    }
}

// === impl Body ===

impl Body {
    async fn chunk(&mut self, origin: &Origin) -> Result<Option<Bytes>, Error> {
        let patience = self.timeouts.idle.min(self.deadline.remaining());
        let next = timeout(patience, self.response.chunk()).await;
        let chunk = match next {
            Ok(Ok(chunk)) => chunk,
            Ok(Err(error)) => return Err(interrupted(origin, &error)),
            Err(_) if self.deadline.remaining().is_zero() => {
                return Err(Error::Deadline { origin: origin.clone() });
            }
            Err(_) => return Err(stalled(origin, "further data", self.timeouts.idle)),
        };
        if let Some(chunk) = &chunk {
            self.count(chunk.len() as u64, origin)?;
        }
        Ok(chunk)
    }

    fn count(&mut self, bytes: u64, origin: &Origin) -> Result<(), Error> {
        self.read += bytes;
        if self.read > self.limit {
            return Err(Error::TooLarge { origin: origin.clone(), limit: self.limit });
        }
        let (start, seen) = &mut self.window;
        *seen += bytes;
        if start.elapsed() >= self.timeouts.drip_window {
            if *seen < DRIP {
                return Err(stalled(origin, "kibibyte", self.timeouts.drip_window));
            }
            self.window = (Instant::now(), 0);
        }
        Ok(())
    }
}

fn stalled(origin: &Origin, awaited: &'static str, after: Duration) -> Error {
    Error::Stalled { origin: origin.clone(), awaited, after }
}

/// The innermost cause: what is around it repeats the address.
fn interrupted(origin: &Origin, error: &reqwest::Error) -> Error {
    Error::Interrupted { origin: origin.clone(), cause: innermost(error) }
}

/// The text of the innermost cause of `error`, which holds no address and hence no secret of one.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
