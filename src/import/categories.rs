//! A mapping slip that makes a category of every record, found before anything is stored.

use std::{collections::HashSet, path::Path};

use super::ImportError;
use crate::model::fold;

/// More categories than any source has: the Home Office counts 1,500 offences.
const MOST: usize = 5_000;
/// Up to so many a file may have one on every row.
const FEW: usize = 500;

/// Refuses categories that are as many as only references, times or notes are. `rows` is the number of rows they
/// stand on.
///
/// # Errors
/// [`ImportError::TooManyCategories`] with the column.
pub(super) fn check_categories<'c>(
    path: &Path,
    column: &str,
    categories: impl IntoIterator<Item = &'c str>,
    rows: usize,
) -> Result<(), ImportError> {
    let spelled: HashSet<&str> = categories.into_iter().collect();
    if spelled.len() <= FEW {
        return Ok(());
    }
    let distinct = spelled.iter().map(|c| fold(c)).collect::<HashSet<_>>().len();
    if distinct > MOST || (distinct > FEW && 2 * distinct > rows) {
        return Err(ImportError::TooManyCategories {
            path: path.to_owned(),
            column: column.to_owned(),
            found: distinct,
            rows,
        });
    }
    Ok(())
}

/// Refuses what would bring a source over the limit file by file; what lowers the number, as an import that puts a slip
/// right does, passes.
///
/// # Errors
/// [`ImportError::TooManyCategories`] with the column.
pub(super) fn check_source(
    path: &Path,
    column: &str,
    before: &HashSet<String>,
    after: &HashSet<String>,
    rows: usize,
) -> Result<(), ImportError> {
    if after.len() <= MOST || after.len() <= before.len() {
        return Ok(());
    }
    let (path, column) = (path.to_owned(), column.to_owned());
    Err(ImportError::TooManyCategories { path, column, found: after.len(), rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_categories_as_rows_are_a_slip_unless_they_are_few() {
        let many = |n: usize| (0..n).map(|i| format!("c{i}")).collect::<Vec<_>>();
        let check = |n: usize, rows: usize| {
            check_categories(Path::new("f.csv"), "Type", many(n).iter().map(String::as_str), rows).is_ok()
        };
        assert!(check(10, 10) && check(500, 500) && check(600, 5_000) && check(4_000, 100_000));
        assert!(!check(501, 501) && !check(5_001, 1_000_000));
        let set = |n: usize| many(n).into_iter().collect::<HashSet<String>>();
        let source = |before: usize, after: usize| {
            check_source(Path::new("f.csv"), "Type", &set(before), &set(after), after).is_ok()
        };
        assert!(source(0, 5_000) && source(9_000, 8_000) && source(9_000, 9_000));
        assert!(!source(4_900, 5_100));
    }
}
