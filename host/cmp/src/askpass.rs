//! Repo-server's AskPass socket: the credential of an application's source, for the time of one call.

use generate::{AskPass, Secret, Ticket};

use crate::channel;
use crate::proto::askpass::ask_pass_service_client::AskPassServiceClient;
use crate::proto::askpass::{CredentialsRequest, CredentialsResponse};

/// Who has a token and no user name.
const TOKEN_USER: &str = "x-access-token";

/// Repo-server, beside us in the pod.
pub(crate) struct RepoServer;

#[tonic::async_trait]
impl AskPass for RepoServer {
    async fn ask(&self, ticket: &Ticket) -> Result<(String, Secret), String> {
        let channel = channel::connect(&ticket.socket).await.map_err(|_| {
            let socket = ticket.socket.display();
            format!("`{socket}` can't be connected to: is it on a volume that both containers have?")
        })?;
        let question = CredentialsRequest { nonce: ticket.nonce().to_owned() };
        let answer = AskPassServiceClient::new(channel).get_credentials(question).await;
        // What repo-server has to say beside the code may repeat what it was asked.
        let answer = answer.map_err(|status| format!("repo-server answers `{:?}`", status.code()))?;
        let CredentialsResponse { username, password } = answer.into_inner();
        let username = if username.is_empty() { TOKEN_USER.to_owned() } else { username };
        Ok((username, Secret::new(password)))
    }
}
