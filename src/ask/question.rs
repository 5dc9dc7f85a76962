//! A question as a trait, and the same question without its type, as the registry lists it.

use super::{Answer, AskError, Canonical, Declaration, Exact, Raw, Reader, Values};
use crate::{
    model::{Query, QueryError},
    snapshot::Snapshot,
};

/// A question that can be asked of the data.
///
/// One file and one line in the registry make it a command with help, a route with its description, and an answer in
/// every format.
pub trait Question: Sized + Clone + Send + Sync + 'static {
    /// Name, method, parameters.
    const DECLARATION: Declaration;

    /// Reads it from checked values.
    ///
    /// # Errors
    /// [`QueryError`] where values do not fit each other.
    fn read(values: &Values) -> Result<Self, QueryError>;

    /// What it counts, for names to be resolved in.
    fn query(&mut self) -> &mut Query;

    /// Whether what it names beside its query is known: layers, places, sets of weights. Nothing is counted for it.
    ///
    /// # Errors
    /// [`AskError`] for a name that is not known.
    fn names(&self, _ground: &Snapshot) -> Result<(), AskError> {
        Ok(())
    }

    /// Answers it from exact records.
    ///
    /// # Errors
    /// [`AskError`] for names that are not known, or with the reason why there is no answer.
    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError>;

    /// Answers it from what any reader can give.
    ///
    /// # Errors
    /// [`AskError::NeedsExact`] where exact records are needed.
    fn counted<'r>(&self, _reader: &'r dyn Reader) -> Result<Answer<'r>, AskError> {
        Err(AskError::NeedsExact { question: Self::DECLARATION.name })
    }
}

/// A question with its values, without its type.
pub trait Asked: Send + Sync {
    /// What it is.
    fn declaration(&self) -> &'static Declaration;
    /// Its one form.
    fn canonical(&self) -> &Canonical;
    /// Whether everything it names is known, told without counting: for whoever takes it on and answers later.
    ///
    /// # Errors
    /// [`AskError`] for a name that is not known.
    fn names(&self, ground: &Snapshot) -> Result<(), AskError>;
    /// [`Question::answer`].
    ///
    /// # Errors
    /// [`AskError`].
    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError>;
    /// [`Question::counted`].
    ///
    /// # Errors
    /// [`AskError`].
    fn counted<'r>(&self, reader: &'r dyn Reader) -> Result<Answer<'r>, AskError>;
}

struct Of<Q> {
    question: Q,
    declaration: &'static Declaration,
    canonical: Canonical,
}

impl<Q: Question> Of<Q> {
    /// The question with its names as they stand in the data, whatever spelling they were asked by.
    fn resolved(&self, ground: &Snapshot) -> Q {
        let mut question = self.question.clone();
        ground.name_sources(&mut question.query().sources);
        question
    }
}

impl<Q: Question> Asked for Of<Q> {
    fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    fn canonical(&self) -> &Canonical {
        &self.canonical
    }

    fn names(&self, ground: &Snapshot) -> Result<(), AskError> {
        let mut question = self.resolved(ground);
        ground.knows(question.query())?;
        question.names(ground)
    }

    fn answer<'r>(&self, reader: &'r Exact<'r>) -> Result<Answer<'r>, AskError> {
        self.resolved(reader.ground()).answer(reader)
    }

    fn counted<'r>(&self, reader: &'r dyn Reader) -> Result<Answer<'r>, AskError> {
        self.resolved(reader.ground()).counted(reader)
    }
}

/// Reads a question whose type is known.
type Read = fn(&'static Declaration, &Values) -> Result<Box<dyn Asked>, QueryError>;

/// A line of the registry.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What the question is.
    pub declaration: &'static Declaration,
    /// Schema of what an answer in JSON has beside its rows.
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
    read: Read,
}

impl Entry {
    /// The line of a question whose answers hold `B` beside their rows.
    #[must_use]
    pub const fn of<Q: Question, B: schemars::JsonSchema>() -> Self {
        Self { declaration: &Q::DECLARATION, schema: schemars::SchemaGenerator::subschema_for::<B>, read: read::<Q> }
    }

    /// Reads the question from names and values.
    ///
    /// # Errors
    /// [`QueryError`] on the first parameter that is unknown, missing, doubled or not of its form.
    pub fn ask<N: AsRef<str>, V: Into<Raw>>(
        &self,
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Box<dyn Asked>, QueryError> {
        self.read(&Values::check(self.declaration, pairs)?)
    }

    /// Reads the question from checked values.
    ///
    /// # Errors
    /// [`QueryError`] where values do not fit each other.
    pub fn read(&self, values: &Values) -> Result<Box<dyn Asked>, QueryError> {
        (self.read)(self.declaration, values)
    }
}

fn read<Q: Question>(declaration: &'static Declaration, values: &Values) -> Result<Box<dyn Asked>, QueryError> {
    let canonical = Canonical::of(declaration, values);
    Ok(Box::new(Of { question: Q::read(values)?, declaration, canonical }))
}
