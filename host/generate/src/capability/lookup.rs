//! `lookup`: a cluster without objects, as `helm template` sees it.

use async_trait::async_trait;
use sandbox::Failure;
use sandbox::capability::lookup::Lookup;

/// Answers every question with nothing.
pub(crate) struct NoObjects;

#[async_trait]
impl Lookup for NoObjects {
    async fn find(
        &self,
        _api_version: &str,
        _kind: &str,
        _namespace: &str,
        _name: &str,
    ) -> Result<Vec<String>, Failure> {
        Ok(Vec::new())
    }
}
