//! Plain columns of numbers: what a table is taken apart into when it is stored, and put together from.
//!
//! Whoever stores them knows nothing of tables; the table knows nothing of files. Putting together checks
//! everything that counting relies on, so that columns of any content give a table or none, never a panic.

use std::borrow::Cow;

/// A column of one type; owned when it was read, borrowed when it is to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Column<'a> {
    Bytes(Cow<'a, [u8]>),
    Words(Cow<'a, [u32]>),
    Longs(Cow<'a, [u64]>),
    Floats(Cow<'a, [f64]>),
}

#[cfg(test)]
impl Column<'_> {
    /// The same column as if it had been read.
    pub(crate) fn read_back(&self) -> Column<'static> {
        match self {
            Column::Bytes(values) => Column::Bytes(values.to_vec().into()),
            Column::Words(values) => Column::Words(values.to_vec().into()),
            Column::Longs(values) => Column::Longs(values.to_vec().into()),
            Column::Floats(values) => Column::Floats(values.to_vec().into()),
        }
    }
}

/// Columns in the order in which they were or will be put.
#[derive(Debug, Default)]
pub(crate) struct ColumnList<'a>(Vec<Column<'a>>);

impl<'a> ColumnList<'a> {
    pub(crate) fn bytes(&mut self, values: impl Into<Cow<'a, [u8]>>) {
        self.0.push(Column::Bytes(values.into()));
    }

    pub(crate) fn words(&mut self, values: impl Into<Cow<'a, [u32]>>) {
        self.0.push(Column::Words(values.into()));
    }

    pub(crate) fn longs(&mut self, values: impl Into<Cow<'a, [u64]>>) {
        self.0.push(Column::Longs(values.into()));
    }

    pub(crate) fn floats(&mut self, values: impl Into<Cow<'a, [f64]>>) {
        self.0.push(Column::Floats(values.into()));
    }

    /// Texts as one column of bytes and one of where each ends.
    pub(crate) fn texts<T: AsRef<str>>(&mut self, texts: impl Iterator<Item = T>) {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_ref().as_bytes());
            ends.push(bytes.len() as u64);
        }
        self.bytes(bytes);
        self.longs(ends);
    }

    pub(crate) fn into_columns(self) -> Vec<Column<'a>> {
        self.0
    }
}

/// Columns that were read, taken one after the other; `None` where the next is of another type or there is none.
#[derive(Debug)]
pub(crate) struct ColumnsRead(std::vec::IntoIter<Column<'static>>);

impl ColumnsRead {
    pub(crate) fn new(columns: Vec<Column<'static>>) -> Self {
        Self(columns.into_iter())
    }

    pub(crate) fn bytes(&mut self) -> Option<Vec<u8>> {
        if let Column::Bytes(values) = self.0.next()? { Some(values.into_owned()) } else { None }
    }

    pub(crate) fn words(&mut self) -> Option<Vec<u32>> {
        if let Column::Words(values) = self.0.next()? { Some(values.into_owned()) } else { None }
    }

    pub(crate) fn longs(&mut self) -> Option<Vec<u64>> {
        if let Column::Longs(values) = self.0.next()? { Some(values.into_owned()) } else { None }
    }

    pub(crate) fn floats(&mut self) -> Option<Vec<f64>> {
        if let Column::Floats(values) = self.0.next()? { Some(values.into_owned()) } else { None }
    }

    pub(crate) fn texts(&mut self) -> Option<Vec<String>> {
        let (bytes, ends) = (self.bytes()?, self.longs()?);
        let bytes = String::from_utf8(bytes).ok()?;
        let mut start = 0;
        let mut texts = Vec::with_capacity(ends.len());
        for end in ends {
            let end = usize::try_from(end).ok()?;
            texts.push(bytes.get(start..end)?.to_owned());
            start = end;
        }
        (start == bytes.len()).then_some(texts)
    }

    /// Whether every column has been taken.
    pub(crate) fn is_done(&self) -> bool {
        self.0.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_come_back_and_ends_of_any_value_are_refused_or_cut_within(
            texts in proptest::collection::vec(".{0,5}", 0..8),
            at in any::<proptest::sample::Index>(),
            end in any::<u64>(),
        ) {
            let mut list = ColumnList::default();
            list.texts(texts.iter());
            let columns = list.into_columns();
            prop_assert_eq!(ColumnsRead::new(owned(&columns)).texts(), Some(texts.clone()));
            let mut broken = owned(&columns);
            if let Some(Column::Longs(ends)) = broken.get_mut(1) && !ends.is_empty() {
                let i = at.index(ends.len());
                ends.to_mut()[i] = end;
                if let Some(found) = ColumnsRead::new(broken).texts() {
                    prop_assert_eq!(found.concat(), texts.concat());
                }
            }
        }
    }

    fn owned(columns: &[Column<'_>]) -> Vec<Column<'static>> {
        columns.iter().map(Column::read_back).collect()
    }
}
