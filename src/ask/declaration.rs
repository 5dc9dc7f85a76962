//! What a question is called, takes and gives: the one table that every edge is made from.

use super::Parameter;

/// Whether a question answers in rows or in sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Rows, a table on a terminal.
    Rows,
    /// Sentences on a terminal; rows are what can be listed of it.
    Sentences,
}

/// What a column of the rows holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// Whole numbers.
    Count,
    /// Numbers, or nothing.
    Number,
    /// Yes or no.
    Flag,
}

/// A column that rows can have, described.
#[derive(Debug, Clone, Copy)]
pub struct ColumnDoc {
    /// Name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// What it means.
    pub about: &'static str,
}

impl ColumnDoc {
    /// A column.
    #[must_use]
    pub const fn new(name: &'static str, kind: ColumnKind, about: &'static str) -> Self {
        Self { name, kind, about }
    }
}

/// Where a question is asked over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// `/api/v1/NAME`.
    Name,
    /// A path with `{layer}` and `{code}`, which make the value of `place`.
    Place(&'static str),
}

/// A question, declared.
#[derive(Debug)]
pub struct Declaration {
    /// Name: the command, the last part of the path.
    pub name: &'static str,
    /// Version of its method. Raise it when a number can change.
    pub method: &'static str,
    /// What it answers, in a line.
    pub about: &'static str,
    /// Examples and what to know, as `--help` ends with.
    pub help: &'static str,
    /// How it is answered, in a sentence; empty where nothing is estimated.
    pub how: &'static str,
    /// Where that is described.
    pub references: &'static str,
    /// Group in the description of the interface.
    pub tag: &'static str,
    /// Path over HTTP.
    pub path: Path,
    /// Rows or sentences.
    pub shape: Shape,
    /// Whether its JSON is one document though other formats list rows; that of sentences always is.
    pub document: bool,
    /// Parameter that the command line takes without its name; empty for none.
    pub positional: &'static str,
    /// Whether an answer is kept as a claim.
    pub kept: bool,
    /// Columns that its rows can have.
    pub columns: &'static [ColumnDoc],
    /// Parameters, in groups that several questions share.
    pub groups: &'static [&'static [Parameter]],
}

impl Declaration {
    /// What most questions start from.
    #[must_use]
    pub const fn new(name: &'static str, method: &'static str, about: &'static str) -> Self {
        Self {
            name,
            method,
            about,
            help: "",
            how: "",
            references: "",
            tag: "evidence",
            path: Path::Name,
            shape: Shape::Rows,
            document: false,
            positional: "",
            kept: false,
            columns: &[],
            groups: &[],
        }
    }

    /// Every parameter.
    pub fn parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        self.groups.iter().flat_map(|group| group.iter())
    }

    /// A parameter by name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters().find(|p| p.name == name)
    }

    /// Names of all parameters.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.parameters().map(|p| p.name)
    }

    /// Its path under `/api/v1`.
    #[must_use]
    pub fn route(&self) -> String {
        match self.path {
            Path::Name => format!("/{}", self.name),
            Path::Place(path) => path.to_owned(),
        }
    }
}
