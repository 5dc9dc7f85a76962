//! What a whole column says that a row alone does not: references that a spreadsheet spoiled, dates of another order.

use std::path::Path;

use super::times::parse_when;
use crate::import::ImportError;

/// Texts of dates that are kept as evidence.
const KEPT: usize = 2_000;
/// Rows of the usual order for one of the other from which the one is a slip.
const SLIPS: usize = 20;
/// References from which a column of them is judged.
const FEWEST: u64 = 3;
/// Digits that a spreadsheet keeps.
const KEPT_DIGITS: usize = 15;
/// Noughts at the end of a reference that has been rounded.
const ROUNDED: usize = 5;
const LONG: usize = 10;

/// A cell that speaks for its column.
#[derive(Debug, Clone)]
struct Cell {
    line: u64,
    text: String,
}

/// What the columns of a file have said so far.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    damaged: Option<Cell>,
    references: u64,
    rounded: u64,
    rounded_first: Option<Cell>,
    dates: Vec<String>,
    failed: Vec<Cell>,
}

impl Evidence {
    /// A reference.
    pub(super) fn reference(&mut self, text: &str, line: u64) {
        self.references += 1;
        let cell = || Some(Cell { line, text: text.to_owned() });
        let last = text.as_bytes().last().copied().unwrap_or(b' ');
        // Most references end this question here.
        if self.damaged.is_none() && (last.is_ascii_digit() || last == b'#') && is_damaged(text) {
            self.damaged = cell();
        }
        if last == b'0' && is_rounded(text) {
            self.rounded += 1;
            if self.rounded_first.is_none() {
                self.rounded_first = cell();
            }
        }
    }

    /// The date of a row, and whether it could be read.
    pub(super) fn date(&mut self, text: &str, line: u64, is_read: bool) {
        if is_read && self.dates.len() < KEPT {
            self.dates.push(text.to_owned());
        } else if !is_read && self.failed.len() < KEPT {
            self.failed.push(Cell { line, text: text.to_owned() });
        }
    }

    /// Refuses a file whose columns speak against it.
    pub(super) fn check(&self, path: &Path, columns: (&str, &str), formats: &[String]) -> Result<(), ImportError> {
        self.check_references(path, columns.0)?;
        self.check_dates(path, columns.1, formats)
    }

    fn check_references(&self, path: &Path, column: &str) -> Result<(), ImportError> {
        let all_rounded = self.references >= FEWEST && self.rounded * 10 >= self.references * 9;
        let cell = self.damaged.as_ref().or(self.rounded_first.as_ref().filter(|_| all_rounded));
        let Some(cell) = cell else { return Ok(()) };
        Err(ImportError::Column {
            path: path.to_owned(),
            line: cell.line,
            column: column.to_owned(),
            value: cell.text.clone(),
            reason: "the references were saved by a spreadsheet, which turned them into numbers; export again with the column as \
                     text"
                .to_owned(),
        })
    }

    /// Rows that fail as they are read, but fit with day and month exchanged, speak for all of the column.
    fn check_dates(&self, path: &Path, column: &str, formats: &[String]) -> Result<(), ImportError> {
        let other = other_order(formats);
        let fits = |text: &str| parse_when(text, &other).is_some();
        let against: Vec<&Cell> = self.failed.iter().filter(|c| fits(&c.text)).collect();
        let only = self.dates.iter().filter(|text| !fits(text)).count();
        if let Some(first) = against.first().filter(|_| only < SLIPS * against.len()) {
            let reason = format!(
                "day and month stand in another order than they are read in: {} of its dates fit only the other, {only} only this \
                 one. Write [when] formats = [{:?}] in the mapping",
                against.len(),
                other.iter().find(|f| parse_when(&first.text, std::slice::from_ref(f)).is_some()).map_or("", |f| f)
            );
            return Err(refused(path, column, first, reason));
        }
        let serial = |c: &&Cell| c.text.parse::<f64>().is_ok_and(|n| (20_000.0..80_000.0).contains(&n));
        if formats.is_empty()
            && let Some(first) = self.failed.iter().find(serial)
        {
            let reason = "the dates are serial numbers of a spreadsheet; export again with the column as a date, or write [when] \
                          formats = [\"serial\"] in the mapping";
            return Err(refused(path, column, first, reason.to_owned()));
        }
        Ok(())
    }

    /// What to write in the mapping for dates that could not be read.
    pub(super) fn hint(&self) -> Option<String> {
        const KNOWN: [&str; 9] = [
            "%d/%m/%y",
            "%d/%m/%y %H:%M",
            "%d-%m-%Y",
            "%d-%m-%Y %H:%M",
            "%d.%m.%Y",
            "%d %b %Y",
            "%d-%b-%Y",
            "%d-%b-%y",
            "%Y%m%d",
        ];
        let first = self.failed.first()?;
        let fitting =
            |format: &&&str| self.failed.iter().all(|c| parse_when(&c.text, &[(**format).to_owned()]).is_some());
        let format = KNOWN.iter().find(fitting)?;
        Some(format!("{:?} would be read with [when] formats = [{format:?}] in the mapping", first.text))
    }
}

fn refused(path: &Path, column: &str, cell: &Cell, reason: String) -> ImportError {
    ImportError::Column {
        path: path.to_owned(),
        line: cell.line,
        column: column.to_owned(),
        value: cell.text.clone(),
        reason,
    }
}

/// The formats that dates are read in, with day and month exchanged.
fn other_order(formats: &[String]) -> Vec<String> {
    if formats.is_empty() {
        return ["%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p"]
            .map(str::to_owned)
            .to_vec();
    }
    let exchanged = |format: &String| {
        let both = format.contains("%d") && format.contains("%m");
        both.then(|| format.replace("%d", "\u{1}").replace("%m", "%d").replace('\u{1}', "%m"))
    };
    formats.iter().filter_map(exchanged).collect()
}

/// `2.02504E+11`, `2,02504e+11`, `2E+11`, or a row of `#`: what a spreadsheet shows in place of a long number.
fn is_damaged(text: &str) -> bool {
    if text.bytes().all(|b| b == b'#') {
        return text.len() > 1;
    }
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let signed = exponent.strip_prefix('+').is_some_and(digits);
    let is_number = whole.len() == 1 && digits(whole) && (decimals.is_empty() || digits(decimals));
    // `1E11` may be a code; a sign or decimals make it a number.
    is_number && (signed || (!decimals.is_empty() && digits(exponent)))
}

/// A long number whose end has become noughts.
fn is_rounded(text: &str) -> bool {
    let noughts = text.bytes().rev().take_while(|b| *b == b'0').count();
    text.len() >= LONG
        && text.bytes().all(|b| b.is_ascii_digit())
        && (noughts >= ROUNDED || (text.len() > KEPT_DIGITS && noughts >= text.len() - KEPT_DIGITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_a_spreadsheet_turned_into_numbers_are_known() {
        for text in ["2.02504E+11", "2,02504e+11", "2.0E+11", "2E+11", "1.23457E14", "########"] {
            assert!(is_damaged(text), "{text}");
        }
        for text in ["1E11", "E07000149", "ASB-1.5", "2025/0001", "12.5", "A.1E+5", "#"] {
            assert!(!is_damaged(text), "{text}");
        }
        assert!(is_rounded("202504000000") && is_rounded("1234567890123450") && !is_rounded("2025040010"));
        let mut evidence = Evidence::default();
        ["202504000000", "202505000000", "202506000000"].iter().for_each(|id| evidence.reference(id, 2));
        assert!(evidence.check(Path::new("f"), ("Ref", "Date"), &[]).is_err());
        ["202504000017", "202505000023"].iter().for_each(|id| evidence.reference(id, 2));
        assert!(evidence.check(Path::new("f"), ("Ref", "Date"), &[]).is_ok());
    }
}
