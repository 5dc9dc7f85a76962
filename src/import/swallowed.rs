//! Rows that a quotation mark swallowed: opened in one line, closed by one that belongs to another.
//!
//! Such a field holds the end of its own row, the whole of those between, and the beginning of the row that closes it:
//! with every line end as many delimiters as a row has. A note of several lines with commas in it does not.

use csv::ByteRecord;

use super::Rejection;

/// What a file's rows look like.
pub(super) struct RowShape<'a> {
    pub(super) delimiter: u8,
    /// Columns of a row.
    pub(super) columns: usize,
    /// Columns whose fields are words of several lines at times: free text, and those that the mapping does not name.
    pub(super) prose: &'a dyn Fn(usize) -> bool,
    /// Whether a text stands where the time of a row would.
    pub(super) is_time: &'a dyn Fn(&str) -> bool,
    /// Column of the time.
    pub(super) when: usize,
}

impl RowShape<'_> {
    /// The rejection of a record with a field that swallowed rows; `lines` are the first and last that it stands on.
    pub(super) fn check(
        &self,
        header: &[String],
        record: &ByteRecord,
        lines: (u64, u64),
    ) -> Result<(), Box<Rejection>> {
        let swallowed = |at: &usize| record.get(*at).is_some_and(|field| self.swallowed(*at, field));
        let Some(at) = (0..record.len()).find(swallowed) else { return Ok(()) };
        let reason = format!(
            "it holds line ends and delimiters: a quotation mark on line {} is closed on line {} only, and what stands between \
             is no row of its own any more; double or take out the mark",
            lines.0, lines.1
        );
        // What was swallowed may be of any column, also of those to drop: it is not shown.
        Err(Box::new(Rejection::new(lines.0, header.get(at).map_or("row", String::as_str), b"", reason)))
    }

    fn swallowed(&self, at: usize, field: &[u8]) -> bool {
        let Some(first_end) = memchr::memchr2(b'\n', b'\r', field.trim_ascii_end()) else { return false };
        let delimiters = memchr::memchr_iter(self.delimiter, field).count();
        if delimiters == 0 {
            return false;
        }
        if !(self.prose)(at) {
            return true;
        }
        let text = String::from_utf8_lossy(field);
        let ends = text.trim_end().lines().count().saturating_sub(1);
        if delimiters < ends.max(1) * self.columns.saturating_sub(1) {
            return false;
        }
        // The field holds this row from here on and another up to here: one of the two has its time in it.
        let part = |line: &str, column: usize| {
            line.split(char::from(self.delimiter))
                .nth(column)
                .is_some_and(|t| (self.is_time)(t.trim().trim_matches('"')))
        };
        if self.when <= at {
            text.lines().skip(1).any(|line| part(line, self.when))
        } else {
            part(&String::from_utf8_lossy(&field[..first_end]), self.when - at)
        }
    }
}
