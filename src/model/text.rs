//! Text from data on its way into other programs.

use std::borrow::Cow;

/// A text that no spreadsheet takes for a formula: one that starts like a formula gets an apostrophe before
/// it. Numbers, negative ones too, stay as they are.
///
/// # Examples
/// ```
/// use places::model::spreadsheet_safe;
/// assert_eq!(spreadsheet_safe("=1+1"), "'=1+1");
/// assert_eq!(spreadsheet_safe("-12.5"), "-12.5");
/// ```
///
/// # References
/// OWASP, "CSV Injection".
#[must_use]
pub fn spreadsheet_safe(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Whether a figure's name says that it is relative, such as a decile, rank, score or rate: such figures cannot be
/// added up and are no denominators.
#[must_use]
pub fn is_relative_figure(name: &str) -> bool {
    let name = name.to_lowercase();
    ["decile", "rank", "score", "rate", "share", "percent", "pct", "mean", "median", "quintile"]
        .iter()
        .any(|word| name.contains(word))
}
