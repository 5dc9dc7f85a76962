//! Text from data on its way into other programs.

use std::borrow::Cow;

/// A text that no spreadsheet takes for a formula: one that starts like a formula gets an apostrophe before
/// it. Numbers, negative ones too, stay as they are.
///
/// # References
/// OWASP, "CSV Injection".
#[must_use]
pub fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}
