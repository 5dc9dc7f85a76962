//! The header of a table: columns found by name, and never one of two that have it.

use super::fold;

/// Names of columns, compared folded and with blanks like underscores: a file that says `Longitude` for `longitude`, or
/// `post code` for `post_code`, means the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    names: Vec<String>,
    folded: Vec<String>,
}

/// A name that several columns have: which of them is meant is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {name:?} stands {times} times, in columns {places}: rename or remove all but one of them", times = .columns.len(), places = joined(.columns))]
pub struct DoubledColumn {
    /// The name, as it was asked for.
    pub name: String,
    /// Where it stands, counted from 1.
    pub columns: Vec<usize>,
}

fn joined(columns: &[usize]) -> String {
    let texts: Vec<String> = columns.iter().map(usize::to_string).collect();
    match texts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => texts.concat(),
    }
}

fn comparable(name: &str) -> String {
    fold(name).replace(' ', "_")
}

impl Header {
    /// A header as it stands in a file.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let folded = names.iter().map(|name| comparable(name)).collect();
        Self { names, folded }
    }

    /// The names as they stand in the file.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Names as a line of text, cut after 200 characters.
    #[must_use]
    pub fn line(&self) -> String {
        self.names.join(", ").chars().take(200).collect()
    }

    /// Where a column stands.
    ///
    /// # Errors
    /// [`DoubledColumn`] where several columns have the name.
    ///
    /// # Examples
    /// ```
    /// use places::model::Header;
    /// let header = Header::new(["Ref", "Date", "Type", "DATE"]);
    /// assert_eq!(header.find("ref"), Ok(Some(0)));
    /// assert_eq!(header.find("Place"), Ok(None));
    /// let doubled = header.find("Date").unwrap_err();
    /// assert_eq!(doubled.columns, [2, 4]);
    /// ```
    pub fn find(&self, name: &str) -> Result<Option<usize>, DoubledColumn> {
        let asked = comparable(name);
        let columns: Vec<usize> = (0..self.folded.len()).filter(|&c| self.folded[c] == asked).collect();
        match columns[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            _ => Err(DoubledColumn { name: name.to_owned(), columns: columns.iter().map(|c| c + 1).collect() }),
        }
    }

    /// Where the first of some names stands that any column has.
    ///
    /// # Errors
    /// [`DoubledColumn`] where several columns have that name.
    pub fn find_first(&self, names: &[&str]) -> Result<Option<usize>, DoubledColumn> {
        names.iter().find_map(|name| self.find(name).transpose()).transpose()
    }

    /// The column that holds something, told by what stands in it, where it is the only one of its name.
    ///
    /// # Errors
    /// [`DoubledColumn`] where another column has the same name.
    pub fn only(&self, column: usize) -> Result<usize, DoubledColumn> {
        self.names.get(column).map_or(Ok(None), |name| self.find(name)).map(|_| column)
    }
}
