//! One pool of connections per route.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::{Certificate, Identity, Proxy, redirect, tls};

use crate::resolver::AdmittingResolver;
use crate::route::{Route, Trust};
use crate::{Config, Error, Origin};

/// So many routes are kept. There are as many as sets of certificates, proxies and reaches.
const MAX_ROUTES: usize = 256;

/// The most header bytes of an answer (rule R19).
pub(crate) const MAX_HEADER_BYTES: u32 = 64 << 10;

type SetupError = Box<dyn std::error::Error + Send + Sync>;

/// Connections, kept open for the next request that goes the same way.
pub(crate) struct Connections {
    clients: Mutex<HashMap<Route, reqwest::Client>>,
    system_roots: OnceLock<Vec<Certificate>>,
}

impl Connections {
    pub(crate) fn new() -> Self {
        // Fails if there is one already, which then is this one: no other is in the tree.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { clients: Mutex::new(HashMap::new()), system_roots: OnceLock::new() }
    }

    /// The client whose connections go along `route`.
    pub(crate) fn along(
        &self,
        route: &Route,
        origin: &Origin,
        config: &Config,
    ) -> Result<reqwest::Client, Error> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(route) {
            return Ok(client.clone());
        }
        let setup = |source| Error::Certificates { origin: origin.clone(), source };
        let client = self.build(route, config).map_err(setup)?;
        if clients.len() >= MAX_ROUTES {
            clients.clear();
        }
        clients.insert(route.clone(), client.clone());
        Ok(client)
    }

    fn build(&self, route: &Route, config: &Config) -> Result<reqwest::Client, SetupError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(&config.user_agent)
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(config.timeouts.connect)
            .pool_idle_timeout(Duration::from_secs(60))
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .http2_adaptive_window(true)
            .tcp_nodelay(true)
            .tls_version_min(tls::Version::TLS_1_2);
        builder = match &route.trust {
            Trust::Nobody => builder.tls_certs_only([]),
            Trust::System => builder.tls_certs_only(self.system_roots().iter().cloned()),
            Trust::Only(pem) => builder.tls_certs_only(Certificate::from_pem_bundle(pem)?),
            Trust::Unverified => builder.tls_danger_accept_invalid_certs(true),
        };
        if let Some(identity) = &route.identity {
            let pem = [identity.key(), b"\n", identity.certificates()].concat();
            builder = builder.identity(Identity::from_pem(&pem)?);
        }
        builder = match &route.proxy {
            // The operator chose the proxy's address; what is asked of it was judged as a route.
            Some(proxy) => builder.proxy(Proxy::all(proxy.url().clone())?),
            None => builder.no_proxy().dns_resolver(AdmittingResolver {
                resolver: Arc::clone(&config.resolver),
                reach: route.reach,
            }),
        };
        Ok(builder.build()?)
    }

    fn system_roots(&self) -> &[Certificate] {
        self.system_roots.get_or_init(|| {
            let native = rustls_native_certs::load_native_certs().certs;
            let roots: Vec<Certificate> =
                native.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
            if roots.is_empty() { bundled_roots() } else { roots }
        })
    }
}

/// For images without a certificate store.
fn bundled_roots() -> Vec<Certificate> {
    let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    bundled.filter_map(|der| Certificate::from_der(der).ok()).collect()
}
