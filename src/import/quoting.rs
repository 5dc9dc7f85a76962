//! Whether a CSV ends inside a quoted field: the parser takes such an end for the field's, so a file that was cut off
//! there would pass for whole.

/// Follows the quotation marks of a CSV as its parser does: a mark opens a field only at its beginning, two in a quoted
/// field are one mark of the text, and what follows a closed field is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quoting {
    delimiter: u8,
    at: At,
    /// Bytes of a byte order mark seen so far, which stands before the first field.
    mark: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Plain,
    Quoted,
    /// After a mark in a quoted field: its end, or the first of two.
    Mark,
}

const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

impl Quoting {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, at: At::Start, mark: 0 }
    }

    /// Follows some more bytes.
    pub(super) fn follow(&mut self, mut bytes: &[u8]) {
        while self.mark < BYTE_ORDER_MARK.len() {
            match bytes.first() {
                Some(byte) if *byte == BYTE_ORDER_MARK[self.mark] => {
                    self.mark += 1;
                    bytes = &bytes[1..];
                }
                Some(_) => {
                    // A beginning of one is text like any other.
                    self.at = if self.mark > 0 { At::Plain } else { At::Start };
                    self.mark = BYTE_ORDER_MARK.len();
                }
                None => return,
            }
        }
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            let ends = byte == self.delimiter || byte == b'\n' || byte == b'\r';
            self.at = match (self.at, byte) {
                (At::Quoted, _) => {
                    // Nothing but a mark ends it.
                    let Some(at) = memchr::memchr(b'"', rest) else { return };
                    rest = &rest[at..];
                    At::Mark
                }
                (At::Start | At::Mark, b'"') => At::Quoted,
                _ if ends => At::Start,
                _ => {
                    let end = memchr::memchr3(self.delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
                    rest = &rest[end.saturating_sub(1)..];
                    At::Plain
                }
            };
            rest = &rest[1..];
        }
    }

    /// Whether what was followed so far ends inside a quoted field.
    pub(super) fn is_open(self) -> bool {
        self.at == At::Quoted
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_open(text: &[u8]) -> bool {
        let mut quoting = Quoting::new(b',');
        quoting.follow(text);
        quoting.is_open()
    }

    #[test]
    fn a_field_is_open_until_its_mark() {
        for whole in ["a,b\n", "a,\"b\"", "a,\"b\n\"", "a,\"b\"\"c\"", "a,b\"c", "a,\"b\"c,d", "", "\u{feff}\"a\"\n"] {
            assert!(!is_open(whole.as_bytes()), "{whole:?}");
        }
        for cut in ["a,\"b", "a,\"b\n", "a,\"b\"\"c", "\"", "a\n\"b,c\n", "\u{feff}\"a"] {
            assert!(is_open(cut.as_bytes()), "{cut:?}");
        }
    }

    proptest! {
        #[test]
        fn it_sees_what_the_parser_sees(text in "(\u{feff})?[a,\"\n\r]{0,24}", cut in 0_usize..24) {
            let bytes = text.as_bytes();
            // A whole file and a mark after it differ from the file alone only where no field is open.
            let fields = |text: &[u8]| -> Vec<Vec<Vec<u8>>> {
                let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
                csv.byte_records().map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
            };
            // In an open field a delimiter is text; anywhere else it begins a field.
            let longer = [bytes, b",z"].concat();
            let last = fields(&longer).pop().unwrap_or_default().pop().unwrap_or_default();
            prop_assert_eq!(is_open(bytes), last != b"z", "{:?}", text);
            let mut parts = Quoting::new(b',');
            let (a, b) = bytes.split_at(cut.min(bytes.len()));
            parts.follow(a);
            parts.follow(b);
            prop_assert_eq!(parts.is_open(), is_open(bytes));
        }
    }
}
