//! A value as it came: by flag, by URL, stored, or a file.

/// A value as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raw {
    /// By flag, by URL or stored.
    Text(String),
    /// A GeoJSON file that a flag named.
    File {
        /// Its name without folder and ending.
        name: String,
        /// Its text.
        text: String,
    },
}

impl Raw {
    /// The value as a message may show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::File { name, .. } => name.clone(),
        }
    }

    /// Whether it holds no value: no text, or commas alone.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.split(',').all(|part| part.trim().is_empty()))
    }
}

impl<S: Into<String>> From<S> for Raw {
    fn from(text: S) -> Self {
        Self::Text(text.into())
    }
}
