//! Every form of authority that an Argo CD client was seen to send.

use crate::server::start;
use cmp_client::{Archive, Upload};
use cmp_client::{CHECK, Check, Coding, Connection, GENERATE, Manifests};

#[track_caller]
fn check(authority: &str, coding: Coding) {
    let server = start(|_| {});
    let mut connection = Connection::open_as(&server.socket("helm"), authority, coding);
    let upload = Upload::new(Archive::new().file("a", "1").tgz());
    for _ in 0..3 {
        let check: Check = connection.call(CHECK, &[vec![]], "60S").decode();
        assert!(check.is_discovery_configured && !check.provide_git_creds);
        let answer: Manifests = connection.call(GENERATE, &upload.messages(), "60S").decode();
        assert_eq!(answer.manifests, ["a 1"], "{authority} {coding:?}");
    }
}

#[test]
fn what_argo_cd_since_3_2_sends_is_served() {
    let authority = "home%2Fargocd%2Fcmp-server%2Fplugins%2Fhelm.sock";
    check(authority, Coding::Huffman);
    check(authority, Coding::Plain);
}

#[test]
fn what_argo_cd_before_3_2_sends_is_served() {
    check("%2Fhome%2Fargocd%2Fcmp-server%2Fplugins%2Fhelm.sock", Coding::Huffman);
    check("/home/argocd/cmp-server/plugins/helm.sock", Coding::Huffman);
    check("/home/argocd/cmp-server/plugins/helm.sock", Coding::Plain);
}

#[test]
fn what_other_clients_send_is_served() {
    check("localhost", Coding::Huffman);
    check("localhost", Coding::Plain);
}
