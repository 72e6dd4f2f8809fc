//! A certificate and its key as a value of templates.

use std::any::Any;

use gotemplate::{NamedType, Object, Str, Type, Value};

/// `sprig.certificate`.
pub(super) static CERTIFICATE: NamedType =
    NamedType { name: "sprig.certificate", underlying: Type::Struct, methods: &[] };

/// A certificate and its key, both as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate {
    pub(super) certificate: Str,
    pub(super) key: Str,
}

impl Object for Certificate {
    fn ty(&self) -> &'static NamedType {
        &CERTIFICATE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", Value::String(self.certificate.clone())), ("Key", Value::String(self.key.clone()))]
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}
