//! `source`: a received tree, as the application's own directory sees it.

use async_trait::async_trait;
use sandbox::capability::source::Source;
use sandbox::{Failure, File};

use crate::{SourceView, ViewError};

#[async_trait]
impl Source for SourceView {
    async fn list(&self, glob: &str) -> Result<Vec<String>, Failure> {
        Self::list(self, glob).map_err(failure)
    }

    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        Ok(Self::read(self, path).map_err(failure)?.map(Into::into))
    }

    async fn read_all(&self, globs: &[String]) -> Result<Vec<File>, Failure> {
        let files = Self::read_all(self, globs.iter().map(String::as_str)).map_err(failure)?;
        Ok(files.into_iter().map(|file| File { path: file.path, content: file.content.into() }).collect())
    }
}

fn failure(error: ViewError) -> Failure {
    let blame = match error {
        ViewError::Spool { .. } => sandbox::Blame::Platform,
        _ => sandbox::Blame::Application,
    };
    Failure { blame, message: crate::error::chain(&error), hint: None, location: None }
}
