//! An answer as a test wants it, however wrong.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, channel::Channel};

/// An answer: status, headers, and a body in pieces.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<Piece>,
}

/// A piece of a body.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Bytes.
    Bytes(Bytes),
    /// A pause.
    Pause(Duration),
    /// These bytes again and again, with this pause in between.
    Endless(Bytes, Duration),
    /// The connection breaks.
    Break,
}

pub(crate) type Body = BoxBody<Bytes, BrokenOff>;

/// Why a body ends before its end.
#[derive(Debug)]
pub(crate) struct BrokenOff;

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the test wants it so")
    }
}

impl std::error::Error for BrokenOff {}

impl Reply {
    /// An answer without a body.
    #[must_use]
    pub const fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// A redirect to `location`.
    #[must_use]
    pub fn redirect(location: &str) -> Self {
        Self::new(307).header("location", location)
    }

    /// An error as registries write it.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"errors": [{"code": code, "message": message}]});
        Self::new(status).header("content-type", "application/json").body(body.to_string().into_bytes())
    }

    /// With a header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With these bytes as the whole body.
    #[must_use]
    pub fn body(self, bytes: impl Into<Bytes>) -> Self {
        Self { body: vec![Piece::Bytes(bytes.into())], ..self }
    }

    /// With a body in pieces, and so without a length unless a header says one.
    #[must_use]
    pub fn pieces(self, body: Vec<Piece>) -> Self {
        Self { body, ..self }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let body = match self.body.as_slice() {
            [] => Full::default().map_err(never).boxed(),
            [Piece::Bytes(bytes)] => Full::new(bytes.clone()).map_err(never).boxed(),
            _ => streamed(self.body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).expect("a status");
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
            response.headers_mut().append(name, HeaderValue::from_str(&value).expect("a header's value"));
        }
        response
    }
}

fn never(error: Infallible) -> BrokenOff {
    match error {}
}

/// Ends when the client hangs up.
fn streamed(pieces: Vec<Piece>) -> Body {
    let (mut sender, body) = Channel::new(1);
    tokio::spawn(async move {
        for piece in pieces {
            match piece {
                Piece::Pause(pause) => tokio::time::sleep(pause).await,
                Piece::Bytes(bytes) => {
                    let _ = sender.send_data(bytes).await;
                }
                Piece::Endless(bytes, pause) => {
                    while sender.send_data(bytes.clone()).await.is_ok() {
                        tokio::time::sleep(pause).await;
                    }
                }
                Piece::Break => return sender.abort(BrokenOff),
            }
        }
    });
    body.boxed()
}
