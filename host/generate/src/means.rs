//! What a plugin works with for one call, beside the request.

use std::sync::Arc;
use std::time::Instant;

use credentials::SourceAccess;
use sandbox::capability::source::Source;

use crate::{Call, Request};

/// The application's files, the time, and what is lent for this call. None of it is part of what an answer is
/// remembered by.
pub(crate) struct Means {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) source_access: Option<SourceAccess>,
}

// === impl Means ===

impl Means {
    /// The request, and the means to answer it.
    pub(crate) fn of<T: Source + 'static>(call: Call<T>) -> (Request, Self) {
        let Call { request, tree, deadline, source_access } = call;
        (request, Self { source: Arc::new(tree), deadline, source_access })
    }
}
