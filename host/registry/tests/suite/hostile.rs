//! Registries that mean harm, one scenario per row of the threat model.
//!
//! A credential with a canary for its password is configured for the registry in each; whatever the
//! registry does, no other listener may see it, and no error may show it.
//!
//! Known cases of others, and where they are tried here:
//!
//! | class | scenarios |
//! |---|---|
//! | a credential follows a layer's address, a redirect or a challenge behind one (CVE-2020-15157, CVE-2021-32690, CVE-2024-45336) | `secrets::r11_*`, `secrets::r12_*` |
//! | a challenge names another host, or one without TLS (CVE-2019-10214) | `secrets::r10_*` |
//! | the credential of another registry (CVE-2021-41092) | `secrets::r10_hosts_that_look_like_the_registry` |
//! | the credential of another project (CVE-2025-55190) | `secrets::r27_a_credential_of_another_project` |
//! | requests to the inside | `ways::r15_*`, `ways::r16_*`, `ways::r17_*`, `secrets::r14_*` |
//! | two meanings of a document, digests that are paths (CVE-2021-41190, CVE-2024-3727) | `content::r20_*`, `content::r21_*` |
//! | archives that reach out (CVE-2024-25620, CVE-2025-53547, CVE-2026-35206, CVE-2026-50163) | `content::r23_*` |
//! | exhaustion (CVE-2023-2253, CVE-2024-29893, CVE-2025-32386) | `limits::r19_*`, `content::r23_*`, `crate::verify::r26_*` |
//! | verification passed by (CVE-2026-35205) | `crate::verify::r25_*` |
//! | secrets in texts (CVE-2025-23216) | `secrets::r30_*` |
//! | a poisoned cache | `secrets::r27_*` |
//!
//! Which test fails when a rule is taken out:
//!
//! | rule | tests |
//! |---|---|
//! | R10 where credentials go | `secrets::r10_*` |
//! | R11 challenges of others, foreign layers | `secrets::r11_*` |
//! | R12 redirects | `secrets::r12_*`, `ways::r12_*` |
//! | R13 token requests are not redirected | `secrets::r13_*` |
//! | R14 links stay at their origin | `secrets::r14_*` |
//! | R15 addresses after the name server | `ways::r15_*` |
//! | R16 metadata services | `ways::r16_*` |
//! | R17 ports, uniform refusals | `ways::r17_*` |
//! | R18 TLS by host | `ways::r18_*` |
//! | R19 sizes and times | `limits::r19_*` |
//! | R20 digests, sizes, layers | `content::r20_*` |
//! | R21 documents with two meanings | `content::r21_*` |
//! | R22 by digest after the first answer | `content::r22_*` |
//! | R23 archives | `content::r23_*`, and `archive::tests` of the crate |
//! | R24 name and version | `content::r24_*` |
//! | R25 signatures, or nothing | `crate::verify::r25_*` |
//! | R26 few signatures, soon | `crate::verify::r26_*` |
//! | R27 bytes are shared, permission is not | `secrets::r27_*` |
//! | R28 mirrors | `crate::mirrors::r28_*` |
//! | R29 hits look like misses | `secrets::r29_*` |
//! | R30 secrets in texts | `secrets::r30_*`, and each scenario by [`Scene::check_secret`] |

mod content;
mod limits;
mod secrets;
mod ways;

use test_registry::{Auth, Options, Registry};

use crate::bench::{Bench, CANARY, Setup, archive, host_as, host_of};

/// A registry that asks for the canary, a listener that must never see it, and a client.
pub(crate) struct Scene {
    pub(crate) registry: Registry,
    /// Known as `localhost` to nobody, and as `trap.test` to the client.
    pub(crate) trap: Registry,
    pub(crate) bench: Bench,
}

impl Scene {
    pub(crate) async fn new(auth: Auth) -> Self {
        Self::with(auth, |_| ()).await
    }

    /// With changes to how the client is set up.
    pub(crate) async fn with(auth: Auth, change: impl FnOnce(&mut Setup)) -> Self {
        let registry = Registry::start(Options { auth, ..Options::default() }).await;
        registry.push_chart("charts/app", "1.2.3", &archive("1.2.3"));
        let trap = Registry::start(Options::default()).await;
        // The trap is reachable as far as policy goes: what keeps the secret from it are the rules.
        let hosts = vec![host_of(&registry, None), host_as("trap.test", &trap, None), host_of(&trap, None)];
        let mut setup = Setup::new(hosts).with_credential(&registry.host(), CANARY);
        change(&mut setup);
        Self { registry, trap, bench: setup.start() }
    }

    /// The trap under another host name than the registry's.
    pub(crate) fn trap_url(&self, path: &str) -> String {
        format!("http://trap.test:{}{path}", self.trap.port())
    }

    /// Pulls, expects a failure, and gives its text; neither it nor the trap has the secret.
    pub(crate) async fn fail(&self) -> String {
        let request = crate::bench::app(&self.registry, "1.2.3");
        let error = self.bench.client.pull_chart(&crate::bench::context(), &request).await.unwrap_err();
        self.check_secret(&format!("{error:?}"));
        error.chain()
    }

    pub(crate) fn check_secret(&self, text: &str) {
        for seen in self.trap.requests() {
            assert_eq!(seen.authorization, None, "the trap got a secret with `{}`", seen.path);
            let body = String::from_utf8_lossy(&seen.body).into_owned();
            assert!(!format!("{}{:?}{body}", seen.path, seen.headers).contains("canary"), "{}", seen.path);
        }
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("dXNlcjpjYW5hcnk"), "{text}");
    }
}
