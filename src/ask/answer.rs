//! An answer: typed columns, what stands beside them, and the same in sentences.

use std::{any::Any, io};

use super::{AskError, Rows, Shape};

/// What stands beside the rows, or is the whole answer where it is one of sentences.
pub trait Beside: Send + Sync {
    /// Writes it as JSON.
    ///
    /// # Errors
    /// That of the writer.
    fn json(&self, out: &mut dyn io::Write) -> serde_json::Result<()>;

    /// Itself, for whoever knows its type.
    fn any(&self) -> &dyn Any;
}

impl<T: serde::Serialize + Send + Sync + 'static> Beside for T {
    fn json(&self, out: &mut dyn io::Write) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }

    fn any(&self) -> &dyn Any {
        self
    }
}

/// What makes an answer one that can be kept and made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Identity: of the question, the method and everything it was made from.
    pub id: String,
    /// First day not looked at.
    pub cutoff: String,
    /// What the question left open, as it was named: sources, a period, a layer.
    pub named: Vec<(&'static str, Vec<String>)>,
    /// Place, or nothing.
    pub place: String,
    /// What it says, in a line.
    pub says: String,
}

/// Makes the next rows of a long answer; none where it ends.
type Next<'a> = Box<dyn FnMut() -> Result<Option<Rows>, AskError> + Send + 'a>;

/// Rows, all at once or piece by piece.
pub struct Batches<'a> {
    head: Rows,
    next: Option<Next<'a>>,
}

impl<'a> Batches<'a> {
    /// Rows that are there.
    #[must_use]
    pub fn whole(rows: Rows) -> Self {
        Self { head: rows, next: None }
    }

    /// The first rows, and a function that makes the next.
    #[must_use]
    pub fn pieces(first: Rows, next: impl FnMut() -> Result<Option<Rows>, AskError> + Send + 'a) -> Self {
        Self { head: first, next: Some(Box::new(next)) }
    }

    /// The first rows, which have every column.
    #[must_use]
    pub fn head(&self) -> &Rows {
        &self.head
    }

    /// Gives every piece in turn; the number of rows.
    ///
    /// # Errors
    /// The first that the function gives, or that of the answer, which is stopped like any other work.
    pub fn each<E: From<AskError>>(&mut self, mut write: impl FnMut(&Rows) -> Result<(), E>) -> Result<u64, E> {
        write(&self.head)?;
        let mut rows = self.head.len() as u64;
        while let Some(next) = self.next.as_mut() {
            let Some(piece) = next()? else { break };
            write(&piece)?;
            rows += piece.len() as u64;
        }
        Ok(rows)
    }
}

/// An answer.
pub struct Answer<'a> {
    /// Typed rows; of an answer in sentences what can be listed.
    pub rows: Batches<'a>,
    /// What stands beside them.
    pub beside: Box<dyn Beside>,
    /// Rows or sentences.
    pub shape: Shape,
    /// The answer in sentences.
    pub text: Vec<String>,
    /// What a reader must know: boxes, method, what was left out.
    pub notes: Vec<String>,
    /// What makes it one that can be kept.
    pub kept: Option<Kept>,
}

impl<'a> Answer<'a> {
    /// Rows with a summary beside them.
    #[must_use]
    pub fn rows(rows: Rows, summary: impl Beside + 'static, notes: Vec<String>) -> Self {
        Self::batches(Batches::whole(rows), summary, notes)
    }

    /// Rows that come piece by piece.
    #[must_use]
    pub fn batches(rows: Batches<'a>, summary: impl Beside + 'static, notes: Vec<String>) -> Self {
        Self { rows, beside: Box::new(summary), shape: Shape::Rows, text: Vec::new(), notes, kept: None }
    }

    /// Sentences, with everything behind them and what can be listed.
    #[must_use]
    pub fn sentences(text: Vec<String>, document: impl Beside + 'static, rows: Rows) -> Self {
        let rows = Batches::whole(rows);
        Self { rows, beside: Box::new(document), shape: Shape::Sentences, text, notes: Vec::new(), kept: None }
    }

    /// What stands beside the rows, by its type.
    #[must_use]
    pub fn beside<T: 'static>(&self) -> Option<&T> {
        self.beside.any().downcast_ref()
    }
}

impl std::fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("head", &self.rows.head).field("shape", &self.shape).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Batches<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("head", &self.head).field("more", &self.next.is_some()).finish()
    }
}
