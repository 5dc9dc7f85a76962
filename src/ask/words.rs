//! Numbers and boxes in words, the same at every edge.

/// A sentence with its first letter large.
#[must_use]
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// A probability as people read it: `p = 0.03`, `p < 0.001`.
#[must_use]
pub(crate) fn probability(name: &str, value: f64) -> String {
    match value {
        v if v < 0.001 => format!("{name} < 0.001"),
        v if v < 0.01 => format!("{name} = {v:.3}"),
        v => format!("{name} = {v:.2}"),
    }
}
