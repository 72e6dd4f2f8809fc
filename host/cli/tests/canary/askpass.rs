//! Repo-server's AskPass socket.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::net::UnixListener;
use tonic::body::Body;
use tonic::codegen::{Service, http};
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};

/// `askpass.CredentialsRequest`
#[derive(Clone, PartialEq, prost::Message)]
struct Question {
    #[prost(string, tag = "1")]
    nonce: String,
}

/// `askpass.CredentialsResponse`
#[derive(Clone, PartialEq, prost::Message)]
struct Answer {
    #[prost(string, tag = "1")]
    username: String,
    #[prost(string, tag = "2")]
    password: String,
}

#[derive(Clone)]
struct AskPass {
    nonce: String,
    answer: Answer,
    asked: Arc<Mutex<Vec<String>>>,
}

/// A socket that is asked until the test ends.
pub(crate) struct Socket {
    path: PathBuf,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Socket {
    /// In `folder`; it tells `username` and `password` to who knows `nonce`.
    pub(crate) fn start(folder: &Path, nonce: &str, username: &str, password: &str) -> Self {
        let path = folder.join("ask.sock");
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let answer = Answer { username: username.to_owned(), password: password.to_owned() };
        let service = AskPass { nonce: nonce.to_owned(), answer, asked: Arc::clone(&asked) };
        let listener = UnixListener::bind(&path).unwrap();
        let connections = futures::stream::unfold(listener, |listener| async move {
            Some((listener.accept().await.map(|(stream, _)| stream), listener))
        });
        let server = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(Box::pin(connections)));
        Self { path, asked }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The numbers that it was asked with.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl UnaryService<Question> for AskPass {
    type Response = Answer;
    type Future = Ready<Result<Response<Answer>, Status>>;

    fn call(&mut self, request: Request<Question>) -> Self::Future {
        let Question { nonce } = request.into_inner();
        self.asked.lock().unwrap().push(nonce.clone());
        ready(if nonce == self.nonce {
            Ok(Response::new(self.answer.clone()))
        } else {
            Err(Status::not_found(format!("unknown nonce {nonce}")))
        })
    }
}

impl NamedService for AskPass {
    const NAME: &'static str = "askpass.AskPassService";
}

impl Service<http::Request<Body>> for AskPass {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = self.clone();
        async move {
            Ok(Grpc::new(tonic_prost::ProstCodec::<Answer, Question>::default())
                .unary(service, request)
                .await)
        }
        .boxed()
    }
}
